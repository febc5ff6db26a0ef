import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { FIXTURES, freshHome, run } from "#support/process/program.ts";

test.each(["ja", "en"])(
  "an engineer hands over a tenant, and another engineer takes it over (%s)",
  LONG_TIMEOUT,
  async (lang) => {
    const [leaver, successor, desk] = [await freshHome(), await freshHome(), await freshHome()];
    const at = (home: string, line: string) => run([...line.split(" "), "--lang", lang], { home, cwd: desk });

    const people = join(FIXTURES, "people.csv");
    expect(await at(leaver, `users import ${people} --create-orgs --yes`)).toMatchObject({ code: 0 });
    expect(await at(leaver, "handover export -o bundle.zip")).toMatchObject({ code: 0 });
    expect(await at(successor, "handover verify bundle.zip")).toMatchObject({ code: 0 });
    expect(await at(successor, "handover report bundle.zip -o report.html")).toMatchObject({ code: 0 });

    const { text } = await at(successor, "handover verify bundle.zip --format json");
    const { fingerprint } = JSON.parse(text) as { readonly fingerprint: string };
    expect(await at(successor, `handover receive bundle.zip --fingerprint ${fingerprint}`)).toMatchObject({ code: 0 });
    const [before, after] = [
      await at(leaver, "users list --format ndjson"),
      await at(successor, "users list --format ndjson"),
    ];
    expect(before.text).not.toBe("");
    expect(after.text).toBe(before.text);
    expect(await at(successor, "audit verify")).toMatchObject({ code: 0 });
    expect((await readdir(desk)).toSorted()).toEqual(["bundle.zip", "report.html"]);
  },
);
