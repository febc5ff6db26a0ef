import { expect, test } from "vitest";
import { OPERATIONS } from "../../src/lib/derived/role-policy.ts";
import { insertRoles } from "./roles.ts";

test("the table has a row for each operation, and shows what each role may do", () => {
  const page = insertRoles("<!-- roles: written by `npm run generate` -->\n<!-- end of roles -->\n", "en");
  expect(page.match(/^\| `/gm)).toHaveLength(Object.keys(OPERATIONS).length);
  expect(page).toContain("| `users.write` | create and change users | inside | - | item |");
});
