//! What emitters really sent, from the shared collection.

use headwater_tests::binary::run_ok;
use headwater_tests::cases::{self, Line};
use headwater_tests::random::Random;
use headwater_tests::server::{Server, digest, temporary};

/// Sends every line and fails with the place and the answer of each that is not accepted.
fn send(server: &Server, lines: &[&Line]) {
    let mut client = server.client();
    let mut refused = vec![];
    for line in lines {
        let answer = client.post_json("/api/v1/lineage", line.text.as_bytes()).expect("the server answers");
        if answer.status != 201 {
            refused.push(format!("{}: {} {}", line.place, answer.status, answer.text()));
        }
    }
    assert!(refused.is_empty(), "real events were refused:\n{}", refused.join("\n"));
}

#[test]
fn every_real_event_is_accepted_and_order_and_repetition_change_nothing() {
    let Some(folder) = cases::openlineage() else { return };
    let lines = cases::events(&folder);
    assert!(lines.len() > 500, "only {} events in {}", lines.len(), folder.display());
    let recorded: Vec<&Line> = lines.iter().collect();
    let mut mixed: Vec<&Line> = lines.iter().chain(&lines).collect();
    Random::new(11).shuffle(&mut mixed);
    let reversed: Vec<&Line> = lines.iter().rev().collect();

    let place = temporary();
    let data = place.path().join("data");
    let server = Server::open(&data, &[]);
    send(&server, &recorded);
    let first = server.digest();
    let estate = server.ask("{ estate { datasets columns jobs runs edges events rejected } }");
    assert!(server.stop().success());
    assert_eq!(digest(&["--data", &data.display().to_string()]), first, "a stopped folder has another digest");

    for (how, lines) in [("shuffled and doubled", &mixed), ("reversed", &reversed)] {
        let server = Server::fresh();
        send(&server, lines);
        assert_eq!(server.ask("{ estate { datasets columns jobs runs edges events rejected } }"), estate, "{how}");
        assert_eq!(server.digest(), first, "{how}: the graph means something else");
    }
}

#[test]
fn a_replay_of_the_stored_events_gives_the_same_graph() {
    let Some(folder) = cases::openlineage() else { return };
    let lines = cases::events(&folder);
    let place = temporary();
    let (data, fresh) = (place.path().join("data"), place.path().join("fresh"));
    let server = Server::open(&data, &[]);
    send(&server, &lines.iter().collect::<Vec<_>>());
    assert!(server.stop().success());
    let (data, fresh) = (data.display().to_string(), fresh.display().to_string());
    run_ok(&["replay", "--data", &data, "--to", &fresh]);
    assert_eq!(digest(&["--data", &fresh]), digest(&["--data", &data]));
}
