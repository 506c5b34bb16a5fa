// Asks every question of every set of tables: node duckdb.mjs MODULES < {"tables": [sql], "questions": [{before, query}]}
// What `before` changes is taken back. Prints one line per set of tables: a list with, for each question, its rows as lists
// of texts, or its error.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { DuckDBInstance } = createRequire(join(process.argv[2], "from-here.js"))("@duckdb/node-api");
const { tables, questions } = JSON.parse(readFileSync(0, "utf8"));

const text = (value) => (value === null ? "NULL" : String(value));

for (const setup of tables) {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(setup);
  const answers = [];
  for (const { before, query } of questions) {
    try {
      if (before) await connection.run(`begin; ${before}`);
      const rows = (await connection.runAndReadAll(query)).getRows();
      answers.push({ rows: rows.map((row) => row.map(text)) });
    } catch (error) {
      answers.push({ error: error.message });
    }
    if (before) await connection.run("rollback");
  }
  console.log(JSON.stringify(answers));
  connection.closeSync();
  instance.closeSync();
}
