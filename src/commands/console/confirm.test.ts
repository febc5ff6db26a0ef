import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { inBoth, run } from "../testing/program.ts";
import { testUnshowable, testWrongLines } from "../testing/refusals.ts";
import { example, inTurn } from "../testing/tenant.ts";

const open = (number: number) => example("consoleTask", { number });
const closed = (number: number) => example("consoleTask", { number, state: "confirmed" });

test("closes each task once, and shows them", async () => {
  const tenant = { consoleTask: inTurn(open(3), open(4)), closeConsoleTask: inTurn(closed(3), closed(4)) };
  const { exit, stdout, requests } = await run("console confirm 3 4 3 --fields number,state", { tenant });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "number\tstate\n3\tconfirmed\n4\tconfirmed\n" });
  expect(requests).toEqual([
    ...["3", "4"].map((number) => ({ operation: "consoleTask", params: { number } })),
    ...["3", "4"].map((number) => ({
      operation: "closeConsoleTask",
      params: { number },
      json: { state: "confirmed" },
    })),
  ]);
});

test("says in a sentence what is recorded, and shows people the task as fields", async () => {
  const tenant = { closeConsoleTask: inTurn(closed(3)) };
  const { en, ja } = await inBoth("console confirm 3", { tenant, terminal: { columns: 80 } });
  expect(en.stdout).toMatch(/^what +users: create 118$/m);
  expect(en.stdout).not.toContain("…");
  expect(en.stderr).toBe("task 3 is recorded: confirmed (users: create 118: people.csv)\n");
  expect(ja.stderr).toBe("作業 3 を「完了を確認」として記録しました(ユーザー: 追加 118: people.csv)\n");
});

test("says what was refused, and what was recorded before", async () => {
  const refused = new Failure("conflict", { what: { en: "closed already", ja: "終わっています" } });
  const tenant = { consoleTask: inTurn(open(3), open(4)), closeConsoleTask: inTurn(closed(3), refused) };
  const { en, ja } = await inBoth("console confirm 3 4", { tenant });
  expect(en).toMatchObject({ exit: 5, stdout: "" });
  expect(en.stderr).toMatch(/^task 3 is recorded: .*\n.*closed already\n/);
  expect(ja.stderr).toMatch(/^作業 3 を「完了を確認」として.*\n.*終わっています\n/);
});

test("records none where one cannot be closed", async () => {
  const missing = new Failure("not-found", { what: { en: "no task 99", ja: "作業 99 はありません" } });
  const unknown = await run("console confirm 3 99", { tenant: { consoleTask: inTurn(open(3), missing) } });
  expect(unknown).toMatchObject({ exit: 6, stdout: "" });
  expect(unknown.stderr).toContain("no task 99\n");
  const done = await run("console confirm 3 4", { tenant: { consoleTask: inTurn(open(3), closed(4)) } });
  expect(done).toMatchObject({ exit: 5, stdout: "" });
  expect(done.stderr).toContain("task 4 is closed already: confirmed\n");
});

testWrongLines(["console confirm"], ["console confirm x"]);

testUnshowable("console confirm 3");
