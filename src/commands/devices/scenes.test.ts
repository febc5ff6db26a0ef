import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Desk, parseResult } from "#support/cli/import-desk.ts";
import { FIXTURES, freshHome } from "#support/cli/home.ts";

const fixture = (name: string): string => join(FIXTURES, name);
const DEVICES = fixture("devices/devices.utf-8.crlf.csv");
const PEOPLE = fixture("users/people.shift_jis.crlf.csv");

async function deskWithPeople(): Promise<Desk> {
  const desk = new Desk(freshHome());
  const { code, stderr } = await desk.run(`users import ${PEOPLE} --create-orgs --yes`);
  expect(code, stderr).toBe(0);
  return desk;
}

test("imports, lists, shows, exports and undoes devices", async () => {
  const desk = await deskWithPeople();
  const done = await desk.run(`devices import ${DEVICES} --yes --format json`);
  expect(done.code, done.stderr).toBe(0);
  expect(parseResult(done)).toMatchObject({ create: 30, committed: true });

  const listed = await desk.run("devices list --fields serialNumber,imei,ownerEmail --limit 2 --format csv");
  expect(listed).toMatchObject({
    code: 0,
    text: "serialNumber,imei,ownerEmail\nSERIAL000001,00 000000 000001 0,hikari.yamada001@example.jp\nSERIAL000002,,rokuro.tanaka002@example.com\n",
  });
  const lines = (await desk.run("devices list --format ndjson")).text.trimEnd().split("\n");
  expect(lines).toHaveLength(30);
  expect(JSON.parse(lines[9] ?? "")).toMatchObject({ serialNumber: "SERIAL000010", owner: null, ownerId: null });
  const shown = await desk.run("devices show SERIAL000001 --format json");
  expect(JSON.parse(shown.text)).toMatchObject({ imei: "00 000000 000001 0" });
  expect((await desk.run("devices show SERIAL999999")).code).toBe(6);

  for (const encoding of ["utf-8", "shift_jis"]) {
    expect(await desk.run(`devices export --encoding ${encoding} -o out.csv --overwrite`)).toMatchObject({
      code: 0,
      text: "",
    });
    const again = await desk.run("devices import out.csv --mode replace --yes --format json");
    expect(again.code, again.stderr).toBe(0);
    expect(parseResult(again)).toMatchObject({ create: 0, update: 0, delete: 0, committed: false });
  }

  const { number } = parseResult(done);
  expect((await desk.run(`undo ${number} --yes`)).code).toBe(3);
  expect((await desk.run(`undo ${number} --yes --confirm-deletions 30`)).code).toBe(0);
  expect((await desk.run("devices list --format json")).text).toBe("[]\n");
});

test("exits with 3 for an unknown owner, and for a user who would leave devices behind", async () => {
  const desk = await deskWithPeople();
  await desk.write("unknown.csv", "シリアルナンバー,所有者メールアドレス\nS1,nobody@example.jp\nS2,\n");
  const unknown = await desk.run("devices import unknown.csv --yes");
  expect(unknown).toMatchObject({ code: 3, text: "" });
  expect(unknown.stderr).toContain(
    'unknown.csv:2:2: 所有者メールアドレス: no user has the address, employee code, account or name "nobody@',
  );
  expect((await desk.run("devices import unknown.csv --yes --skip-invalid")).code).toBe(8);

  expect((await desk.run(`devices import ${DEVICES} --yes`)).code).toBe(0);
  const few = (await readFile(fixture("people.csv"), "latin1")).split("\r\n").slice(0, 5);
  await desk.write("few.csv", Buffer.from(few.join("\r\n"), "latin1"));
  const replaced = await desk.run("users import few.csv --mode replace --create-orgs --yes --lang ja");
  expect(replaced.code).toBe(3);
  expect(replaced.stderr).toMatch(/は削除できません: SERIAL.*が使っています/);
});
