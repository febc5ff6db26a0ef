/** Writes the manual pages in English and Japanese into `man`, for a package. They are not kept in git. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCommands } from "./generate/commands.ts";
import { renderManPages } from "./generate/man.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
await rm(join(ROOT, "man"), { recursive: true, force: true });
for (const { path, page } of renderManPages(await readCommands(join(ROOT, "src", "commands")), version)) {
  const file = join(ROOT, "man", path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, page);
}
