import { expect, test } from "vitest";
import { same } from "../text/index.ts";
import { describeFindings, FINDING_COLUMNS } from "./finding.ts";

const FINDING = { id: "a", tenant: "kanto", context: null, what: same("x"), next: same("y") } as const;

test("a finding without an item has every column", () => {
  const values = FINDING_COLUMNS.map(({ value }) => value({ ...FINDING, group: "import", level: "warning" }));
  expect(values).not.toContain(undefined);
});

test("the same finding of several tenants is one line with their number and the first five names", () => {
  const of = (tenant: string, what = "x") =>
    ({ ...FINDING, tenant, what: same(what), group: "import", level: "warning" }) as const;
  const lines = describeFindings([of("a"), of("b", "z"), ...Array.from("bcdefg", (one) => of(one)), of("b", "z")]);
  const [together, ...others] = lines.map(({ en }) => en);
  expect(together).toBe("WARNING 7 tenants: x: a, b, c, d, e, …: y");
  expect(others).toEqual(["WARNING b: z: y", "WARNING b: z: y"]);
});
