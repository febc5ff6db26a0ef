import { testRefusals, testTenantFailures, testWrongLines } from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

testWrongLines(
  ["roles list system", "unexpected argument system"],
  ["roles list --limit x", "--limit"],
  ["roles matrix --role nobody", "--role"],
  ["roles matrix --fields nope", "--fields"],
  ["roles matrix system", "unexpected argument system"],
  ["roles schemes create --item users.write", "the argument NAME is missing"],
  ["roles schemes create x", "a scheme needs at least one check item"],
  ["roles schemes create x --item users.wirte", "did you mean users.write?"],
  ["roles schemes create x --item tenant.write", 'there is no check item "tenant.write"'],
  ["roles schemes create x --item users.write,", 'there is no check item "'],
  ["roles schemes delete", "the argument SCHEME is missing"],
  ["roles schemes edit ユーザー登録係", "nothing to change: no option sets a value"],
  ["roles schemes edit ユーザー登録係 --item users.write --add-item orgs.write", "--item replaces all items"],
  [
    "roles schemes edit ユーザー登録係 --add-item orgs.write --remove-item orgs.write",
    "orgs.write is both added and removed",
  ],
  ["roles schemes edit ユーザー登録係 --add-item orgs.wriet", "did you mean orgs.write?"],
  ["roles schemes edit ユーザー登録係 --name=", "--name must not be blank"],
  ["roles schemes list x", "unexpected argument x"],
  ["roles schemes list --limit x", "--limit"],
  ["roles schemes show", "the argument SCHEME is missing"],
  ["roles show", "the argument ROLE is missing"],
  ["roles show divison", "did you mean division?"],
  ["roles show operator --fields nope", "--fields"],
);

const schemes = example("schemes");

testTenantFailures(
  { line: "roles schemes create 登録係 --item users.write", failing: "createScheme" },
  { line: "roles schemes edit ユーザー登録係 --name x", failing: "editScheme", tenant: { schemes } },
  { line: "roles schemes list", failing: "schemes", code: "unavailable" },
);

testRefusals(
  { line: "roles list --fields nope", exit: 2, en: "nope" },
  {
    line: "roles schemes create x --item ユーザーの組織移",
    exit: 2,
    en: "ユーザーの組織移",
    ja: "「ユーザーの組織移動」ではありませんか?",
  },
  { line: "roles schemes delete 人事 --dry-run", exit: 6, en: "人事", tenant: { schemes } },
  { line: "roles schemes edit 人事 --name x", exit: 6, en: "人事", tenant: { schemes } },
  {
    line: "roles schemes show ユーザー登録",
    exit: 6,
    en: 'no custom scheme matches "ユーザー登録"',
    ja: "clomoctl roles schemes list",
    tenant: { schemes },
  },
  { line: "roles show 部長", exit: 2, en: "部長", ja: "部門管理者" },
);
