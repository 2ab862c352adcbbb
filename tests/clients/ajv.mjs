// Compiles the schemas on standard input with AJV's strict mode in both drafts; the problems come out as JSON.
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";

const problems = [];
for (const [name, schema] of Object.entries(JSON.parse(readFileSync(0, "utf-8")))) {
  for (const [draft, Validator] of [["draft-07", Ajv], ["2020-12", Ajv2020]]) {
    try {
      new Validator({ strict: true }).compile(schema);
    } catch (error) {
      problems.push(`${name} ${draft}: ${error.message}`);
    }
  }
}
console.log(JSON.stringify(problems));
