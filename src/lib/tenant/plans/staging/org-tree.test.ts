import { expect, test } from "vitest";
import { planOrgTree, type ExistingOrg, type OrgRow, type OrgTreeOptions } from "./org-tree.ts";

const ROOT: ExistingOrg = { pk: 1, name: "全社", code: null, parent: null, users: 0, devices: 0 };

const org = (pk: number, name: string, code: string | null, parent = 1): ExistingOrg => ({
  pk,
  name,
  code,
  parent,
  users: 0,
  devices: 0,
});

const EVERY_COLUMN = new Set(["name", "code", "parentCode", "parentPath"]);

const plan = (
  orgs: readonly ExistingOrg[],
  rows: readonly Partial<OrgRow>[],
  options: Partial<OrgTreeOptions> = {},
) => {
  const blank = { name: null, code: null, parentCode: null, parentPath: null, invalid: false };
  return planOrgTree(
    rows.map((row, i) => ({ ...blank, row: i + 2, line: i + 2, ...row })),
    [ROOT, ...orgs],
    {
      mode: "append",
      blank: "clear",
      staged: EVERY_COLUMN,
      fileForm: (value) => value,
      ...options,
    },
  );
};

const faults = ({ findings }: ReturnType<typeof plan>) => findings.map(({ code, row }) => `${code}@${row}`);

test("the same file can create parents, in any order, by code and by path", () => {
  const { outcomes, findings } = plan(
    [],
    [
      { name: "課", parentPath: "本社/部" },
      { name: "部", code: "B", parentCode: "H" },
      { name: "本社", code: "H" },
    ],
  );
  expect(findings).toEqual([]);
  expect(outcomes.map(({ parent }) => parent)).toEqual([{ row: 3 }, { row: 4 }, { org: 1 }]);
});

test("a parent without a code is created once, although rows before and after it refer to it", () => {
  const { outcomes, findings } = plan(
    [],
    [{ name: "課", parentPath: "部" }, { name: "部" }, { name: "室", parentPath: "部" }],
  );
  expect(findings).toEqual([]);
  expect(outcomes.map(({ parent }) => parent)).toEqual([{ row: 3 }, { org: 1 }, { row: 3 }]);
});

test("a row with a code matches by code; a row without one matches by name below its parent", () => {
  const { matched } = plan(
    [org(2, "本社", "H"), org(3, "部", null, 2), org(4, "部", null)],
    [{ name: "本店", code: "H" }, { name: "部", parentCode: "H" }, { name: "部" }],
  );
  expect([...matched]).toEqual([
    [2, 2],
    [3, 3],
    [4, 4],
  ]);
});

test("organisations with the same name below parents with the same name are different", () => {
  const { outcomes, findings } = plan(
    [org(2, "支社", "1"), org(3, "支社", "2"), org(4, "課", null, 2), org(5, "課", null, 3)],
    [
      { name: "課", parentCode: "2" },
      { name: "課", parentCode: "1" },
    ],
  );
  expect(findings).toEqual([]);
  expect(outcomes).toMatchObject([
    { target: 5, changed: 0 },
    { target: 4, changed: 0 },
  ]);
});

test("a path is the path after the import, also below an organisation that the file lacks", () => {
  const orgs = [org(2, "本社", "H"), org(3, "部", null, 2)];
  const rows = [
    { name: "本店", code: "H" },
    { name: "課", parentPath: "本店/部" },
  ];
  expect(plan(orgs, rows).outcomes[1]).toMatchObject({ parent: { org: 3 } });
  expect(faults(plan(orgs, [rows[0] ?? {}, { name: "課", parentPath: "本社/部" }]))).toEqual(["org-parent-unknown@3"]);
});

test("a row's path is its parent's, with code before path, and its own name or the name it keeps", () => {
  const orgs = [org(2, "本社", "H"), org(3, "支社", "S")];
  const parents = (rows: readonly Partial<OrgRow>[]) =>
    plan(orgs, rows, { blank: "keep" }).outcomes.map(({ parent }) => parent);
  expect(
    parents([
      { name: "課", parentPath: "本社/部" },
      { name: "部", parentPath: "本社" },
    ]),
  ).toEqual([{ row: 3 }, { org: 2 }]);
  const both = { name: "部", parentCode: "S", parentPath: "本社" };
  expect(parents([{ name: "課", parentPath: "支社/部" }, both])).toEqual([{ row: 3 }, { org: 3 }]);
  expect(faults(plan(orgs, [{ name: "課", parentPath: "本社/部" }, both]))).toEqual(["org-parent-unknown@2"]);
  expect(parents([{ code: "H" }, { name: "課", parentPath: "本社" }])).toEqual([{ org: 1 }, { org: 2 }]);
});

test("an organisation that a row matches by code is not matched by name", () => {
  const { matched, outcomes } = plan([org(2, "a", "A")], [{ name: "b", code: "A" }, { name: "a" }]);
  expect([...matched]).toEqual([[2, 2]]);
  expect(outcomes[1]).toMatchObject({ target: undefined, parent: { org: 1 } });
});

test("a row without a name or code creates and matches nothing", () => {
  const { findings, matched, outcomes } = plan([org(2, "a", null)], [{ invalid: true }, { name: "a" }]);
  expect(findings).toEqual([]);
  expect([...matched]).toEqual([[3, 2]]);
  expect(outcomes).toHaveLength(1);
});

test("a slash in a name does not start a level", () => {
  const { outcomes } = plan(
    [org(2, "A/B", null), org(3, "A", null), org(4, "B", null, 3)],
    [
      { name: "x", parentPath: "A\\/B" },
      { name: "y", parentPath: "A/B" },
    ],
  );
  expect(outcomes.map(({ parent }) => parent)).toEqual([{ org: 2 }, { org: 4 }]);
});

test("an unknown or ambiguous parent is reported, and so is what lies below it", () => {
  const orgs = [org(2, "支社", "1"), org(3, "支社", "2")];
  expect(
    faults(
      plan(orgs, [
        { name: "a", parentPath: "支社" },
        { name: "b", parentCode: "9" },
        { name: "c", code: "c", parentPath: "//" },
        { name: "d", parentCode: "c" },
      ]),
    ),
  ).toEqual(["org-parent-ambiguous@2", "org-parent-unknown@3", "org-parent-unknown@4", "org-parent-unknown@5"]);
  const made = [
    { name: "局", code: "3" },
    { name: "局", code: "4" },
    { name: "e", parentPath: "局" },
  ];
  expect(faults(plan(orgs, made))).toEqual(["org-parent-ambiguous@4"]);
});

test("a cycle of parents is reported for its own rows, whether moved or new", () => {
  const orgs = [org(2, "a", "A"), org(3, "b", "B", 2), org(4, "c", "C", 3)];
  expect(faults(plan(orgs, [{ name: "a", code: "A", parentCode: "C" }]))).toEqual(["org-cycle@2"]);
  const fresh = plan(
    [],
    [
      { name: "x", code: "X", parentCode: "Y" },
      { name: "y", code: "Y", parentCode: "X" },
      { name: "z", code: "Z", parentCode: "X" },
    ],
  );
  expect(faults(fresh)).toEqual(["org-cycle@2", "org-cycle@3", "org-parent-unknown@4"]);
});

test("paths are resolved even if other rows form a cycle", () => {
  const rows = [
    { name: "x", code: "X", parentCode: "Y" },
    { name: "y", code: "Y", parentCode: "X" },
    { name: "b", parentPath: "a" },
    { name: "c", parentPath: "x" },
  ];
  expect(faults(plan([org(2, "a", "A")], rows))).toEqual(["org-parent-unknown@5", "org-cycle@2", "org-cycle@3"]);
});

test("a move below an organisation whose own move is invalid is checked in the resulting tree", () => {
  const orgs = [org(2, "a", "A"), org(3, "b", "B", 2)];
  const rows = [
    { name: "a", code: "A", parentCode: "B" },
    { name: "b", code: "B", invalid: true },
  ];
  expect(faults(plan(orgs, rows))).toEqual(["org-cycle@2"]);
});

test("nothing is placed below a new organisation without a name", () => {
  const rows = [{ code: "N" }, { name: "x", code: "X", parentCode: "N" }];
  expect(faults(plan([], rows, { blank: "keep" }))).toEqual(["required-new@2", "org-parent-unknown@3"]);
  const byPath = plan([], [...rows, { name: "y", parentPath: "z" }], { blank: "keep" });
  expect(faults(byPath)).toEqual(["required-new@2", "org-parent-unknown@4", "org-parent-unknown@3"]);
});

test("organisations can move, change names and swap codes", () => {
  const orgs = [org(2, "a", "A"), org(3, "b", "B")];
  const { outcomes } = plan(orgs, [
    { name: "b", code: "A" },
    { name: "b", code: "B", parentCode: "A" },
  ]);
  expect(outcomes.map(({ changed }) => changed)).toEqual([1, 4]);
});

test("blank and absent cells keep or clear values as requested", () => {
  const orgs = [org(2, "h", "H"), org(3, "a", "A", 2), org(4, "b", "B")];
  const changed = (options: Partial<OrgTreeOptions>) =>
    plan(orgs, [{ name: "a", code: "A" }, { name: "b" }], options).outcomes.map((outcome) => outcome.changed);
  expect(changed({})).toEqual([4, 2]);
  expect(changed({ blank: "keep" })).toEqual([0, 0]);
  expect(changed({ staged: new Set(["name", "code"]) })).toEqual([0, 2]);
  for (const parent of ["parentCode", "parentPath"]) {
    const staged = new Set(["name", "code", parent]);
    expect(changed({ staged })).toEqual([4, 2]);
    expect(changed({ staged, blank: "keep" })).toEqual([0, 0]);
  }
});

test("two rows for one organisation refer to each other", () => {
  const both = plan([], [{ name: "a" }, { name: "a" }, { name: "b", code: "1" }, { name: "c", code: "1" }]);
  expect(both.findings.map(({ row, field, params }) => [row, params["row"], field, params["header"]])).toEqual([
    [4, 5, "code", "組織コード"],
    [5, 4, "code", "組織コード"],
    [2, 3, "name", "組織名"],
    [3, 2, "name", "組織名"],
  ]);
});

test("a name shared by organisations with codes is ambiguous; an organisation without one has priority", () => {
  const orgs = [org(2, "a", "1"), org(3, "a", "2")];
  const { findings } = plan(orgs, [{ name: "a" }]);
  expect(findings).toMatchObject([{ code: "key-ambiguous", row: 2, params: { count: 2 } }]);
  expect([...plan([...orgs, org(4, "a", null)], [{ name: "a" }]).matched]).toEqual([[2, 4]]);
  const twoWithout = plan([...orgs, org(4, "a", null), org(5, "a", null)], [{ name: "a" }]);
  expect(twoWithout.findings).toMatchObject([{ code: "key-ambiguous", params: { count: 4 } }]);
});

test("replace deletes what the file lacks, and names organisations that are not empty", () => {
  const held = { ...org(3, "b", "B"), users: 2 };
  const owner = { ...org(6, "e", "E"), devices: 3 };
  const orgs = [org(2, "a", "A"), held, org(4, "c", "C", 2), org(5, "d", "D", 2), owner];
  const replaced = plan(orgs, [{ name: "c", code: "C", parentCode: "A" }], { mode: "replace" });
  expect(replaced.gone).toEqual([2, 3, 5, 6]);
  expect(replaced.undeletable.map(({ params }) => params)).toEqual([
    { org: "a", code: "A", users: 0, devices: 0, children: 1 },
    { org: "b", code: "B", users: 2, devices: 0, children: 0 },
    { org: "e", code: "E", users: 0, devices: 3, children: 0 },
  ]);
});

test("an organisation whose invalid row is skipped still needs its parent", () => {
  const orgs = [org(2, "a", "A"), org(3, "b", "B", 2)];
  const replaced = plan(orgs, [{ code: "B", name: "b", invalid: true }], { mode: "replace" });
  expect(replaced.undeletable).toMatchObject([{ code: "org-delete-holds", params: { org: "a", children: 1 } }]);
});

test.each([
  ["keep", [6], [2, 3, 4, 5]],
  ["release", [5, 6], [2, 3, 4]],
] as const)("with %s, what cannot be deleted keeps the organisations above it", (undeletable, gone, kept) => {
  const owner = { ...org(5, "d", "D"), devices: 2 };
  const fast = { ...org(4, "c", "C", 3), devices: 2, fastDevices: 1 };
  const orgs = [org(2, "a", "A"), org(3, "b", "B", 2), fast, owner, org(6, "e", "E")];
  const replaced = plan(orgs, [{ name: "f", code: "F" }], { mode: "replace", undeletable });
  expect(replaced.gone).toEqual(gone);
  expect(replaced.undeletable.map(({ pk }) => pk)).toEqual(kept);
});

test("a chain of many thousand levels can be planned", () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => ({ name: "x", code: `${i}`, parentCode: `${i + 1}` }));
  expect(plan([], [...rows, { name: "x", code: "20000" }]).findings).toEqual([]);
});
