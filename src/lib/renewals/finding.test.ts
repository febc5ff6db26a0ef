import { expect, test } from "vitest";
import { same } from "../text/index.ts";
import { FINDING_COLUMNS } from "./finding.ts";

test("a finding without an item has every column", () => {
  const of = { id: "a", tenant: "kanto", context: null, what: same("x"), next: null } as const;
  const values = FINDING_COLUMNS.map(({ value }) => value({ ...of, group: "import", level: "warning" }));
  expect(values).not.toContain(undefined);
});
