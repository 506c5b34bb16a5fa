// Runs every query on every set of tables: node duckdb.mjs MODULES < {"tables": [sql], "queries": [sql]}
// Prints one line per set of tables: a list with, for each query, its rows as lists of texts, or its error.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { DuckDBInstance } = createRequire(join(process.argv[2], "from-here.js"))("@duckdb/node-api");
const { tables, queries } = JSON.parse(readFileSync(0, "utf8"));

const text = (value) => (value === null ? "NULL" : String(value));

for (const setup of tables) {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(setup);
  const answers = [];
  for (const query of queries) {
    try {
      const rows = (await connection.runAndReadAll(query)).getRows();
      answers.push({ rows: rows.map((row) => row.map(text)) });
    } catch (error) {
      answers.push({ error: error.message });
    }
  }
  console.log(JSON.stringify(answers));
  connection.closeSync();
  instance.closeSync();
}
