import { expect, test } from "vitest";
import { matchOrgs, type ExistingOrg, type OrgMatchOptions, type OrgRow } from "./org-matching.ts";

const ROOT: ExistingOrg = { pk: 1, name: "全社", code: null, parent: null, isOutside: false };

const org = (pk: number, name: string, code: string | null, parent = 1): ExistingOrg => ({
  pk,
  name,
  code,
  parent,
  isOutside: false,
});

/** Rows begin with row 2, and find their organisations by code as statements do. */
const match = (
  orgs: readonly ExistingOrg[],
  rows: readonly Partial<OrgRow>[],
  options: Partial<OrgMatchOptions> = {},
) => {
  const blank = { name: null, code: null, parentCode: null, parentPath: null };
  const found = matchOrgs(
    rows.map((row, i) => {
      const target = row.code === undefined ? undefined : orgs.find(({ code }) => code === row.code)?.pk;
      return { ...blank, row: i + 2, target, ...row };
    }),
    orgs[0]?.pk === ROOT.pk ? orgs : [ROOT, ...orgs],
    { keepsParent: false, ...options },
  );
  return {
    ...found,
    matched: Object.fromEntries(found.matched),
    parents: Object.fromEntries(found.parents),
    faults: found.faults.map(({ code, row }) => `${code}@${row}`),
    details: found.faults,
  };
};

test("a parent without a code is created once, although rows before and after it refer to it", () => {
  const rows = [{ name: "課", parentPath: "部" }, { name: "部" }, { name: "室", parentPath: "部" }];
  expect(match([], rows).parents).toEqual({ 2: -3, 3: 1, 4: -3 });
});

test("a row without a code matches by name below its parent", () => {
  const { matched } = match(
    [org(2, "本社", "H"), org(3, "部", null, 2), org(4, "部", null)],
    [{ name: "本店", code: "H" }, { name: "部", parentCode: "H" }, { name: "部" }],
  );
  expect(matched).toEqual({ 2: 2, 3: 3, 4: 4 });
});

test("organisations with the same name below parents with the same name are different", () => {
  const { matched, faults } = match(
    [org(2, "支社", "1"), org(3, "支社", "2"), org(4, "課", null, 2), org(5, "課", null, 3)],
    [
      { name: "課", parentCode: "2" },
      { name: "課", parentCode: "1" },
    ],
  );
  expect(faults).toEqual([]);
  expect(matched).toEqual({ 2: 5, 3: 4 });
});

test("a path is the path after the import, also below an organisation that the file lacks", () => {
  const orgs = [org(2, "本社", "H"), org(3, "部", null, 2)];
  const rows = [
    { name: "本店", code: "H" },
    { name: "課", parentPath: "本店/部" },
  ];
  expect(match(orgs, rows).parents[3]).toBe(3);
  expect(match(orgs, [rows[0] ?? {}, { name: "課", parentPath: "本社/部" }]).faults).toEqual(["org-parent-unknown@3"]);
});

test("a row's path is its parent's, with code before path, and its own name or the name it keeps", () => {
  const orgs = [org(2, "本社", "H"), org(3, "支社", "S")];
  const parents = (rows: readonly Partial<OrgRow>[]) => match(orgs, rows, { keepsParent: true }).parents;
  expect(
    parents([
      { name: "課", parentPath: "本社/部" },
      { name: "部", parentPath: "本社" },
    ]),
  ).toEqual({ 2: -3, 3: 2 });
  const both = { name: "部", parentCode: "S", parentPath: "本社" };
  expect(parents([{ name: "課", parentPath: "支社/部" }, both])).toEqual({ 2: -3, 3: 3 });
  expect(match(orgs, [{ name: "課", parentPath: "本社/部" }, both]).faults).toEqual(["org-parent-unknown@2"]);
  expect(parents([{ code: "H" }, { name: "課", parentPath: "本社" }])).toEqual({ 2: 1, 3: 2 });
});

test("a row without a name or code matches nothing", () => {
  const { faults, matched, parents } = match([org(2, "a", null)], [{}, { name: "a" }]);
  expect([faults, matched, parents]).toEqual([[], { 3: 2 }, { 3: 1 }]);
});

test("a slash in a name does not start a level", () => {
  const { parents } = match(
    [org(2, "A/B", null), org(3, "A", null), org(4, "B", null, 3)],
    [
      { name: "x", parentPath: "A\\/B" },
      { name: "y", parentPath: "A/B" },
    ],
  );
  expect(parents).toEqual({ 2: 2, 3: 4 });
});

test("an unknown or ambiguous parent is reported", () => {
  const orgs = [org(2, "支社", "1"), org(3, "支社", "2")];
  const rows = [
    { name: "a", parentPath: "支社" },
    { name: "b", parentCode: "9" },
    { name: "c", code: "c", parentPath: "//" },
  ];
  expect(match(orgs, rows).faults).toEqual(["org-parent-ambiguous@2", "org-parent-unknown@3", "org-parent-unknown@4"]);
  const made = [
    { name: "局", code: "3" },
    { name: "局", code: "4" },
    { name: "e", parentPath: "局" },
  ];
  expect(match(orgs, made).faults).toEqual(["org-parent-ambiguous@4"]);
});

test("paths are resolved even if rows are below each other", () => {
  const rows = [
    { name: "x", code: "X", parentCode: "Y" },
    { name: "y", code: "Y", parentCode: "X" },
    { name: "b", parentPath: "a" },
    { name: "c", parentPath: "x" },
  ];
  expect(match([org(2, "a", "A")], rows).faults).toEqual(["org-parent-unknown@5"]);
});

test("a blank parent keeps the parent or means 全社", () => {
  const orgs = [org(2, "h", "H"), org(3, "a", "A", 2)];
  const rows = [{ name: "a", code: "A" }, { name: "b" }];
  expect(match(orgs, rows).parents).toEqual({ 2: 1, 3: 1 });
  expect(match(orgs, rows, { keepsParent: true }).parents).toEqual({ 2: 2, 3: 1 });
});

test("two rows without a code for one organisation refer to each other", () => {
  const { details } = match([], [{ name: "a" }, { name: "a" }]);
  expect(details.map(({ row, field, params }) => [row, params["row"], field, params["header"]])).toEqual([
    [2, 3, "name", "組織名"],
    [3, 2, "name", "組織名"],
  ]);
});

test("a name shared by organisations with codes is ambiguous; an organisation without one has priority", () => {
  const orgs = [org(2, "a", "1"), org(3, "a", "2")];
  expect(match(orgs, [{ name: "a" }]).details).toMatchObject([{ code: "key-ambiguous", row: 2, params: { count: 2 } }]);
  expect(match([...orgs, org(4, "a", null)], [{ name: "a" }]).matched).toEqual({ 2: 4 });
  const twoWithout = match([...orgs, org(4, "a", null), org(5, "a", null)], [{ name: "a" }]);
  expect(twoWithout.details).toMatchObject([{ code: "key-ambiguous", params: { count: 4 } }]);
});

test("nothing moves out of the acting account's organisations, and others look missing", () => {
  const outside = [ROOT, org(2, "西", "W"), org(5, "西2", null)].map((one) => ({ ...one, isOutside: true }));
  const rows = [
    { name: "東", code: "E", parentCode: "K" },
    { name: "課", code: "K", parentCode: "W" },
    { name: "新", parentCode: "W" },
    { name: "新", parentPath: "西" },
    { name: "上" },
    { name: "北", parentPath: "西2" },
  ];
  const inside = [org(3, "東", "E"), org(4, "課", "K", 3), org(6, "南", "S", 5)];
  const { faults } = match([...outside, ...inside], rows);
  const unknown = ["org-parent-unknown@3", "org-parent-unknown@4", "org-parent-unknown@5"];
  expect(faults).toEqual(["org-outside@2", ...unknown, "org-outside@6", "org-outside@7"]);
});
