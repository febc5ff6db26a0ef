import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder, storageIn } from "#support/handover/bundles.ts";
import { sweepTemporaryFiles } from "../../src/lib/files/index.ts";

const LIB = join(import.meta.dirname, "..", "..", "src", "lib");

/** Writes a part of a bundle, says so, and waits. */
const HALF = `
  import { Outputs } from ${JSON.stringify(join(LIB, "files", "index.ts"))};
  import { BundleWriter } from ${JSON.stringify(join(LIB, "handover", "bundle", "write.ts"))};
  const [target, temporaryFolder] = process.argv.slice(1);
  const processes = { self: process.pid, place: "here", startOf: () => "1", isAlive: () => true };
  const outputs = new Outputs({ temporary: { temporaryFolder, processes }, workingFolder: "/", kept: [] });
  await outputs.declare([{ name: target }]);
  const writer = await BundleWriter.create(target, outputs);
  const file = await writer.file("csv/users.csv");
  await file.write("x".repeat(1024 * 1024));
  await file.close();
  console.log("half");
  setInterval(() => undefined, 1000);`;

test.each(["a", "a.zip"])("a killed process leaves no %s, and the next command removes its leftovers", async (name) => {
  const root = freshFolder();
  const place = storageIn(root);
  const words = ["--input-type=module", "-e", HALF, "--", join(root, name), place.temporaryFolder];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "close");
  expect(readdirSync(root).toSorted()).toEqual([`.${name}.${child.pid}.tmp`, "tmp"]);
  await sweepTemporaryFiles({ ...place, processes: { ...place.processes, isAlive: () => false } });
  expect(readdirSync(root)).toEqual(["tmp"]);
  expect(readdirSync(place.temporaryFolder)).toEqual([]);
});
