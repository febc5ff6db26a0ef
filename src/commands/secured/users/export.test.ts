import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { freshFolder, inBoth, run } from "../../testing/program.ts";

const CSV = "表示名,ユーザーID,説明\r\n髙橋,hanako01,\r\n";
const tenant = { exportSecuredUsers: CSV };

test("the console's three columns of the app's users, in the encoding of the account's language", async () => {
  const { en, ja } = await inBoth("secured users export --app docs", { tenant });
  expect(en.requests).toEqual([
    { operation: "exportSecuredUsers", params: { app: "docs" }, query: { newline: "crlf", layout: "console" } },
  ]);
  expect(new TextDecoder("shift_jis", { fatal: true }).decode(en.bytes)).toBe(CSV);
  expect(en.stderr).toContain("Japanese");
  expect(ja.bytes).toEqual(en.bytes);
  expect(ja.stderr).toContain("日本語");
});

test("layout, newline and filters go to the tenant", async () => {
  const line =
    "secured users export --app calendar --layout full --encoding utf-8 --newline lf --filter-name 髙 --filter-id ha";
  const { requests, stdout, stderr } = await run(line, { tenant });
  const query = { newline: "lf", filterName: "髙", filterId: "ha", layout: "full" };
  expect(requests).toEqual([{ operation: "exportSecuredUsers", params: { app: "calendar" }, query }]);
  expect({ stdout, stderr }).toEqual({ stdout: CSV, stderr: "" });
});

test("the map is one of the app's format", async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, "map.yaml"), "columns: {Login: ユーザーID}\n");
  const line = "secured users export --app docs -o out.csv --encoding utf-8 --map map.yaml";
  const { exit, requests } = await run(line, { folder, tenant });
  expect(exit).toBe(0);
  expect(requests.map(({ operation }) => operation)).toEqual(["exportSecuredUsers"]);
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe(CSV.replace("ユーザーID", "Login"));
  const home = freshFolder();
  await run("context add kanto --embedded --map docs=map.yaml", { home, folder });
  const own = await run("secured users export --app docs --encoding utf-8 --context kanto", { home, tenant });
  expect(own.stdout).toBe(CSV.replace("ユーザーID", "Login"));
  const other = await run("secured users export --app mailer --encoding utf-8 --context kanto", { home, tenant });
  expect(other.stdout).toBe(CSV);
});

test("a tenant that gives none leaves none, in both languages", async () => {
  const refusing = {
    exportSecuredUsers: new Failure("not-permitted", { what: text("not yours", "権限がありません") }),
  };
  const { en, ja } = await inBoth("secured users export --app docs", { tenant: refusing });
  expect(en).toMatchObject({ exit: 4, stdout: "" });
  expect(en.stderr).toContain("error: not yours\n");
  expect(ja).toMatchObject({ exit: 4, stdout: "" });
  expect(ja.stderr).toContain("エラー: 権限がありません\n");
});

test.each([
  ["secured users export", "the option --app APP is missing"],
  ["secured users export --app docs --layout all", "--layout must be one of console, full"],
  ["secured users export --app users", "--app must be one of browser, docs, mailer, calendar, contacts"],
])("%s is refused", async (line, told) => {
  const refused = await run(line);
  expect(refused).toMatchObject({ exit: 2, stdout: "", requests: [] });
  expect(refused.stderr).toContain(told);
});
