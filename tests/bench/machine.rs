//! What the machine says of itself and of a process.

use std::fs;

/// Resident memory of a process now and at its highest, in MB.
pub fn memory(pid: u32) -> (f64, f64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kilobytes.unwrap_or(f64::NAN) / 1024.0
    };
    (field("VmRSS:"), field("VmHWM:"))
}

/// Processor and cores, in a few words.
pub fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models = info.lines().filter_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = models.map(|(_, model)| model.trim().to_owned()).next();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} cores of {}", model.unwrap_or_else(|| "an unnamed processor".to_owned()))
}
