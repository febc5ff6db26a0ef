import { expect, test } from "vitest";
import { same } from "../text/index.ts";
import { describeFindings, FINDING_COLUMNS } from "./finding.ts";

test("a finding without an item has every column", () => {
  const of = { id: "a", tenant: "kanto", context: null, what: same("x"), next: null } as const;
  const values = FINDING_COLUMNS.map(({ value }) => value({ ...of, group: "import", level: "warning" }));
  expect(values).not.toContain(undefined);
});

test("the same finding of several tenants is one line with their number and the first five names", () => {
  const of = (tenant: string, what = "x") =>
    ({
      id: what,
      tenant,
      context: tenant,
      group: "import",
      level: "warning",
      what: same(what),
      next: same("y"),
    }) as const;
  const lines = describeFindings([of("a"), of("b", "z"), ..."bcdefg".split("").map((one) => of(one)), of("b", "z")]);
  expect(lines.map(({ en }) => en)).toEqual([
    "WARNING 7 tenants: x: a, b, c, d, e, …: y",
    ...Array(2).fill("WARNING b: z: y"),
  ]);
});
