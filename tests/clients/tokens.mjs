// How many tokens of o200k_base the text on standard input has.
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { readFileSync } from "node:fs";

console.log(encode(readFileSync(0, "utf-8")).length);
