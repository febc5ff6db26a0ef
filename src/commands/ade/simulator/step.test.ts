import { expect, test } from "vitest";
import type { AppleResponse } from "../../../lib/apple/send.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { createRehearsal } from "#support/commands/ade/simulated.ts";

test("--url takes precedence over CLOMOCTL_SIMULATOR_URL, and its path is ignored", async () => {
  const { run: ask, requests } = createRehearsal();
  await ask("ade simulator do faults");
  await ask("ade simulator do faults --url http://127.0.0.1:9/x/");
  expect(requests.map(({ asked }) => asked)).toEqual([
    "GET http://127.0.0.1:8600/_simulator/faults",
    "GET http://127.0.0.1:9/_simulator/faults",
  ]);
});

test("without a valid address, reports a usage error that names both ways to set it", async () => {
  const { en, ja } = await runInBoth("ade simulator do faults");
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain("no simulator is specified\n  use --url URL or set CLOMOCTL_SIMULATOR_URL");
  expect(ja.stderr).toContain("シミュレーターが指定されていません");
  for (const address of ["127.0.0.1:80", "ftp://x", "http://user:secret@127.0.0.1"]) {
    expect(await run(["ade", "simulator", "faults", "--url", address])).toMatchObject({ exit: 2 });
  }
});

const answering =
  (body: string, status = 200) =>
  (): Promise<AppleResponse> =>
    Promise.resolve({ status, headers: {}, body });

test.each([
  ["Not Found", 404],
  ["<html>", 200],
  ['{"type":"gone","detail":{"en":"x","ja":"x"}}', 500],
  ['{"type":"usage","detail":"x"}', 400],
  ["null", 500],
  ["[]", 200],
  ['{"now":7}', 200],
])("a response %j (%i) does not come from a simulator", async (body, status) => {
  const line = "ade simulator do advance 8d --url http://127.0.0.1:9";
  const { en, ja } = await runInBoth(line, { apple: answering(body, status) });
  expect(en).toMatchObject({ exit: 7, stdout: "" });
  expect(en.stderr).toContain("the server at this address is not a clomoctl simulator\n  http://127.0.0.1:9\n");
  expect(ja.stderr).toContain("clomoctl ade simulator start");
});

test("a simulator that cannot be reached is unavailable", async () => {
  const gone = new Failure("unavailable", { what: text("connection refused", "接続が拒否されました") });
  const apple = () => Promise.reject(gone);
  const { en, ja } = await runInBoth("ade simulator do faults --url http://127.0.0.1:9", { apple });
  expect(en).toMatchObject({ exit: 7, stderr: "error: connection refused\n" });
  expect(ja.stderr).toBe("エラー: 接続が拒否されました\n");
});
