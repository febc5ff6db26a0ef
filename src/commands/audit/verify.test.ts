import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const HEAD = "ab".repeat(32);
const sound = { headSeq: null, changes: null };

const verified = (line: string, change: object) =>
  runInBoth(line, { tenant: { verifyAudit: example("verifyAudit", change) }, terminal: { columns: 300 } });

test("reports that all records are intact, and which is the last", async () => {
  const { en, ja } = await verified("audit verify", sound);
  expect(en.requests).toEqual([{ operation: "verifyAudit", query: { changes: "false" } }]);
  expect(en).toMatchObject({ exit: 0, stderr: "verified 42 records: all are unchanged\n" });
  expect(en.stdout).toMatch(/records verified +42\n/);
  expect(en.stdout).not.toContain("changes");
  expect(ja).toMatchObject({ exit: 0, stderr: "記録 42 件はすべて元のままです\n" });
});

test("verifies a kept hash and the changes on request", async () => {
  const { en } = await verified(`audit verify --changes --head ${HEAD.toUpperCase()}`, {});
  expect(en.requests[0]?.query).toEqual({ head: HEAD, changes: "true" });
  expect(en.exit).toBe(0);
  expect(en.stdout).toMatch(/record with the kept hash +40\n/);
  expect(en.stdout).toMatch(/changes verified +3\n/);
});

test.each([
  ["altered", ": this record, or the hash of the previous record, was altered", "書き換えられています"],
  ["missing", "record 7 is missing", "記録 7 がありません"],
  ["moved", ": a different record is in this place", "別の記録がこの位置にあります"],
])("names a record that was %s, the records that are intact, and what to do", async (reason, what, words) => {
  const { en, ja } = await verified("audit verify", { ...sound, records: 6, broken: { seq: 7, reason } });
  expect(en.exit).toBe(3);
  expect(en.stdout).toMatch(/first broken record +7\n/);
  expect(en.stderr).toContain(what);
  expect(en.stderr).toContain(
    "record 7 and all later records cannot be trusted (any earlier records are intact): keep the tenant's file",
  );
  expect(ja.stderr).toContain(words);
});

test("reports a table that was rebuilt, and what differs", async () => {
  const table = [
    { name: "audit", reason: "altered" },
    { name: "audit_at", reason: "missing" },
    { name: "other", reason: "unknown" },
  ];
  const { en, ja } = await verified("audit verify", { ...sound, table });
  expect([en.exit, ja.exit]).toEqual([3, 3]);
  expect(en.stdout).toMatch(/differences in the audit table +audit, audit_at, other\n/);
  expect(en.stderr).toContain(
    "the audit table differs from the one that clomoctl creates: audit (changed), audit_at (missing), other (not made by clomoctl)\n",
  );
  expect(ja.stderr).toContain("監査ログの表が clomoctl の作成したものと異なります: audit (変更), audit_at (なし)");
});

test("reports a record before the first one, and that the other records are intact", async () => {
  const { en, ja } = await verified("audit verify", { ...sound, broken: { seq: -1, reason: "stray" } });
  expect([en.exit, ja.exit]).toEqual([3, 3]);
  expect(en.stderr).toContain("the audit log has a record -1 before the first record; no change wrote this record\n");
  expect(en.stderr).toContain("record 1 and all later records are intact");
  expect(ja.stderr).toContain("最初の記録より前の記録 -1");
  expect(ja.stderr).toContain("記録 1 以降は元のままです");
});

test.each(["", ` --head ${HEAD}`])("if a table cannot be read, no record is proved: audit verify%s", async (option) => {
  const table = [{ name: "audit", reason: "missing" }];
  const { en, ja } = await verified(`audit verify${option}`, { ...sound, records: 0, last: null, table });
  expect([en.exit, ja.exit]).toEqual([3, 3]);
  expect(en.stderr).toContain("audit (missing)\n");
  expect(en.stderr).toContain("no record can be trusted: keep the tenant's file");
  expect(ja.stderr).toContain("どの記録も信用できません");
});

test("if the first record is broken, no record is proved", async () => {
  const { en } = await verified("audit verify", {
    ...sound,
    records: 0,
    last: null,
    broken: { seq: 1, reason: "altered" },
  });
  expect(en.stderr).toContain("record 1 and all later records cannot be trusted");
});

test.each([
  [{ seq: 42, hash: HEAD }, "last record now: 42", "現在の最後の記録は 42 です"],
  [null, "last record now: none", "現在の最後の記録は なし です"],
])(
  "reports a hash that no record has, because the end was cut or the chain was rewritten",
  async (last, now, words) => {
    const { en, ja } = await verified(`audit verify --head ${HEAD}`, { ...sound, last });
    expect(en).toMatchObject({ exit: 3 });
    expect(en.stderr).toContain("records at the end were removed, or the whole log was rewritten");
    expect(en.stderr).toContain(now);
    expect(ja.stderr).toContain(words);
  },
);

test.each([
  ["altered", 3, "the former values stored with change 3 were altered", "変更 3 の変更前の値が書き換えられています"],
  [
    "missing",
    3,
    "change 3 is missing, but the audit log has a record of it",
    "監査ログに記録のある変更 3 がありません",
  ],
  ["unrecorded", 3, "the audit log has no record of change 3", "変更 3 の記録が監査ログにありません"],
  [
    "unrecorded",
    null,
    "the tenant has former values that do not belong to any change",
    "どの変更のものでもない変更前の値があります",
  ],
] as const)("names a change whose versions are %s: %s", async (reason, number, what, words) => {
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
  expect(en.stderr).toContain(`${what}; 2 more with problems: 9, values without a change`);
  expect(en.stderr).toContain("do not undo these changes");
  expect(ja.stderr).toContain(`${words}。ほか 2 件: 9、どの変更のものでもない値`);
});

test("JSON has all findings, even if something is broken", async () => {
  const found = example("verifyAudit", { ...sound, records: 6, broken: { seq: 7, reason: "altered" } });
  const { exit, stdout } = await run("audit verify --format json", { tenant: { verifyAudit: found } });
  expect([exit, JSON.parse(stdout)]).toEqual([3, found]);
});
