import { expect, test } from "vitest";
import type { User, WrittenUser } from "../../lib/client/index.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example, toWritten } from "#support/commands/tenant.ts";

const { after: user } = example<WrittenUser>("editUser");
const finding = { findUsers: { items: [user] } };
const written = (change: Partial<User>, more: Partial<WrittenUser> = {}): WrittenUser =>
  toWritten(user, { ...user, ...change }, more);

test("sends the changes, and shows old and new values", async () => {
  const custom = [{ name: "座席", value: "A 1" }];
  const after = { title: null, emails: ["new@example.jp"], custom };
  const tenant = { ...finding, editUser: written(after) };
  const words = ["users", "edit", "E0042", "--title", "", "--email", "new@example.jp", "--custom", "座席=A 1"];
  const { en } = await runInBoth([...words, "--custom", "入社年="], { tenant });
  expect(en.requests).toEqual([
    { operation: "findUsers", query: { name: "E0042" } },
    {
      operation: "editUser",
      params: { id: user.id },
      json: {
        emails: ["new@example.jp"],
        title: null,
        custom: [
          { name: "座席", value: "A 1" },
          { name: "入社年", value: null },
        ],
        dryRun: false,
      },
    },
  ]);
  expect(en.stderr).toBe(
    [
      "email addresses: hanako@example.co.jp, h.takahashi@example.co.jp → new@example.jp",
      "title: 課長 → (blank)",
      "custom fields: 入社年=2019 → 座席=A 1",
      "",
    ].join("\n"),
  );
});
