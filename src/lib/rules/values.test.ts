import { expect, test } from "vitest";
import { TENANT } from "../nouns/tenant.ts";
import { createValueCheck } from "./values.ts";

test("of a list of objects, the member that is wrong is named", () => {
  const check = createValueCheck(TENANT.fields.contracts);
  const contract = { name: "CLOMO MDM", licences: 300, from: null, until: null };
  expect(check?.([contract, contract])).toBeUndefined();
  expect(check?.([contract, { ...contract, name: " " }])?.en).toBe("name: must not be blank");
});
