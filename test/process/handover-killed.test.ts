import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { freshHome, run, start } from "#support/process/program.ts";

const USERS = 20_000;
const KILLS = 8;

const users = (): string =>
  ["氏名,メールアドレス", ...Array.from({ length: USERS }, (_, at) => `利用者 ${at},user${at}@example.jp`), ""].join(
    "\r\n",
  );

test("an export that is killed at any moment leaves a whole bundle or none, and the next one sweeps up", async () => {
  const home = await freshHome();
  const out = await freshHome();
  writeFileSync(join(out, "users.csv"), users());
  const type = (line: string) => run(line.split(" "), { home, cwd: out });
  expect(await type("users import users.csv --yes --encoding utf-8")).toMatchObject({ code: 0 });
  const ends = new Set<string | null>();
  for (const name of ["folder", "one.zip", "one.tar.gz"]) {
    const words = ["handover", "export", "-o", name, "--encoding", "utf-8", "--quiet"];
    const begun = performance.now();
    expect(await run(words, { home, cwd: out })).toMatchObject({ code: 0 });
    const wholeMs = performance.now() - begun;
    for (let kill = 0; kill < KILLS; kill += 1) {
      await rm(join(out, name), { recursive: true, force: true });
      const { process, ended } = start(words, { home, cwd: out });
      await Promise.race([sleep((wholeMs * (kill + 0.5)) / KILLS), ended]);
      process.kill("SIGKILL");
      ends.add((await ended).signal);
      // whichever it was: what has the name is whole
      const isThere = existsSync(join(out, name));
      expect((await type(`handover verify ${name}`)).code).toBe(isThere ? 0 : 6);
    }
    await rm(join(out, name), { recursive: true, force: true });
  }
  expect(ends).toContain("SIGKILL");
  expect(await type("handover export -o last --encoding utf-8 --quiet")).toMatchObject({ code: 0 });
  expect(await type("handover verify last")).toMatchObject({ code: 0 });
  expect(readdirSync(out).toSorted()).toEqual(["last", "users.csv"]);
  expect(readdirSync(join(home, "tmp"))).toEqual([]);
}, 240_000);
