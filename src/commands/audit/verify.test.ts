import { expect, test } from "vitest";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const HEAD = "ab".repeat(32);
const sound = { headSeq: null, changes: null };

const verified = (line: string, change: object) =>
  inBoth(line, { tenant: { verifyAudit: example("verifyAudit", change) }, terminal: { columns: 300 } });

test("says that all stands, and up to where", async () => {
  const { en, ja } = await verified("audit verify", sound);
  expect(en.requests).toEqual([{ operation: "verifyAudit", query: { changes: "false" } }]);
  expect(en).toMatchObject({ exit: 0, stderr: "all 42 records stand as they were written\n" });
  expect(en.stdout).toMatch(/records verified +42\n/);
  expect(en.stdout).not.toContain("changes");
  expect(ja).toMatchObject({ exit: 0, stderr: "記録 42 件はすべて元のままです\n" });
});

test("a kept hash and the changes are verified if asked for", async () => {
  const { en } = await verified(`audit verify --changes --head ${HEAD.toUpperCase()}`, {});
  expect(en.requests[0]?.query).toEqual({ head: HEAD, changes: "true" });
  expect(en.exit).toBe(0);
  expect(en.stdout).toMatch(/kept hash is that of +40\n/);
  expect(en.stdout).toMatch(/changes verified +3\n/);
});

test.each([
  ["altered", "it, or the hash of the one before, was altered", "書き換えられています"],
  ["missing", "record 7 is missing", "記録 7 がありません"],
  ["moved", "another record stands in its place", "別の記録がこの位置にあります"],
])("a record that was %s is named, with what still stands and what to do", async (reason, what, words) => {
  const { en, ja } = await verified("audit verify", { ...sound, records: 6, broken: { seq: 7, reason } });
  expect(en.exit).toBe(3);
  expect(en.stdout).toMatch(/broken at +7\n/);
  expect(en.stderr).toContain(what);
  expect(en.stderr).toContain("records up to 6 stand, none from 7 on is proved: keep this file");
  expect(ja.stderr).toContain(words);
  expect(ja.stderr).toContain("記録 6 までは元のままですが、7 以降は証明できません");
});

test("a table that was built anew is told, with what differs", async () => {
  const table = [
    { name: "audit", reason: "altered" },
    { name: "audit_at", reason: "missing" },
    { name: "other", reason: "unknown" },
  ];
  const { en, ja } = await verified("audit verify", { ...sound, table });
  expect([en.exit, ja.exit]).toEqual([3, 3]);
  expect(en.stdout).toMatch(/differs in the table +audit, audit_at, other\n/);
  expect(en.stderr).toContain(
    "the table of the audit is not as clomoctl makes it: audit (altered), audit_at (missing), other (not made by clomoctl)\n",
  );
  expect(ja.stderr).toContain("監査ログの表が clomoctl の作成したものと異なります: audit (変更), audit_at (なし)");
});

test("a record before the first one is told, and that the others stand", async () => {
  const { en, ja } = await verified("audit verify", { ...sound, broken: { seq: -1, reason: "stray" } });
  expect([en.exit, ja.exit]).toEqual([3, 3]);
  expect(en.stderr).toContain("the audit has a record -1, before the first one: no change wrote it\n");
  expect(en.stderr).toContain("records from 1 on stand");
  expect(ja.stderr).toContain("最初の記録より前の記録 -1");
  expect(ja.stderr).toContain("記録 1 以降は元のままです");
});

test.each(["", ` --head ${HEAD}`])(
  "of a table that cannot be read nothing is proved: audit verify%s",
  async (option) => {
    const table = [{ name: "audit", reason: "missing" }];
    const { en, ja } = await verified(`audit verify${option}`, { ...sound, records: 0, last: null, table });
    expect([en.exit, ja.exit]).toEqual([3, 3]);
    expect(en.stderr).toContain("audit (missing)\n");
    expect(en.stderr).toContain("no record is proved: keep this file");
    expect(ja.stderr).toContain("どの記録も証明できません");
  },
);

test("where the first record is broken nothing stands", async () => {
  const { en } = await verified("audit verify", {
    ...sound,
    records: 0,
    last: null,
    broken: { seq: 1, reason: "altered" },
  });
  expect(en.stderr).toContain("no record is proved, none from 1 on is proved");
});

test.each([
  [{ seq: 42, hash: HEAD }, "the last record now is 42", "現在の最後の記録は 42 です"],
  [null, "the last record now is none", "現在の最後の記録は なし です"],
])("a hash that no record has: a cut tail, or a chain written anew", async (last, now, words) => {
  const { en, ja } = await verified(`audit verify --head ${HEAD}`, { ...sound, last });
  expect(en).toMatchObject({ exit: 3 });
  expect(en.stderr).toContain("records at the end were removed, or the whole chain was written anew");
  expect(en.stderr).toContain(now);
  expect(ja.stderr).toContain(words);
});

test.each([
  ["altered", 3, "the former values that change 3 keeps were altered", "変更 3 の変更前の値が書き換えられています"],
  ["missing", 3, "change 3 is missing, but the audit has a record of it", "監査ログに記録のある変更 3 がありません"],
  ["unrecorded", 3, "the audit has no record of change 3", "変更 3 の記録が監査ログにありません"],
  [
    "unrecorded",
    null,
    "the tenant keeps former values that belong to no change",
    "どの変更のものでもない変更前の値があります",
  ],
] as const)("a change whose versions are %s is named: %s", async (reason, number, what, words) => {
  const changes = {
    verified: 3,
    broken: [
      { number, reason },
      { number: 9, reason: "altered" },
      { number: null, reason: "unrecorded" },
    ],
  };
  const { en, ja } = await verified("audit verify --changes", { headSeq: null, changes });
  expect(en.exit).toBe(3);
  expect(en.stderr).toContain(`${what}; 2 more: 9, values of no change`);
  expect(en.stderr).toContain("do not undo these changes");
  expect(ja.stderr).toContain(`${words}。ほか 2 件: 9、どの変更のものでもない値`);
});

test("JSON has all that was found, also where something is broken", async () => {
  const found = example("verifyAudit", { ...sound, records: 6, broken: { seq: 7, reason: "altered" } });
  const { exit, stdout } = await run("audit verify --format json", { tenant: { verifyAudit: found } });
  expect([exit, JSON.parse(stdout)]).toEqual([3, found]);
});
