import { EventEmitter } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import "../../../lib/apple/simulator/index.ts";
import "./start.ts";
import { openAppleSockets } from "../../../cli/apple.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const NEVER_LISTENING = "ade simulator start --listen 127.0.0.1:0";

/** A signal as soon as the command has printed its URL. */
function interrupted(name = "SIGINT") {
  const signals = new EventEmitter();
  return { signals, onOutput: (text: string) => void (text.includes("http://") && signals.emit(name)) };
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
])("prints its URL first, and ends on %s with exit code %i", async (name, exit) => {
  const ran = await run(NEVER_LISTENING, interrupted(name));
  expect(ran).toMatchObject({ exit, stdout: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\n$/) });
  expect(ran.stderr).toContain(`clomoctl ade endpoint set --simulator ${ran.stdout.trim()}\n`);
  expect(ran.stderr).toContain("interrupted: the simulator has ended; its state was not saved");
  const ja = await run(`--lang ja ${NEVER_LISTENING}`, interrupted(name));
  expect(ja.stderr).toContain("中断しました: シミュレーターを終了しました");
});

test("keeps its state in a file that only the owner can read, and continues from it", async () => {
  const folder = freshFolder();
  const state = join(folder, "SIMULATOR.json");
  const line = `ade simulator start --state SIMULATOR.json`;
  const first = await run(`${line} --devices 5 --seed x`, { folder, ...interrupted() });
  expect(first).toMatchObject({ exit: 130, stderr: expect.stringContaining("its state is saved in SIMULATOR.json") });
  expect(statSync(state).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(state, "utf8"))).toMatchObject({ seed: "x", fleet: { first: 5, places: 5 } });
  expect(await run(line, { folder, ...interrupted() })).toMatchObject({ exit: 130 });
  expect(JSON.parse(readFileSync(state, "utf8"))).toMatchObject({ seed: "x", fleet: { first: 5 } });
  for (const other of ["--seed y", "--devices 6"]) {
    const { en, ja } = await runInBoth(`${line} ${other}`, { folder });
    expect(en).toMatchObject({
      exit: 2,
      stdout: "",
      stderr: expect.stringContaining("the saved state was created with seed x and 5 devices"),
    });
    expect(ja.stderr).toContain("保存されている状態は、シード x、デバイス 5 台で作成したものです");
  }
});

test("exits with 3 if the state file is not valid", async () => {
  const folder = freshFolder();
  for (const content of ["", "x", "{}", '{"simulator":"clomoctl","version":2}']) {
    writeFileSync(join(folder, "s.json"), content);
    const { en, ja } = await runInBoth("ade simulator start --state s.json", { folder });
    expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("not a simulator state file") });
    expect(ja.stderr).toContain("状態ファイルではない");
    expect(readFileSync(join(folder, "s.json"), "utf8")).toBe(content);
  }
});

test("exits with 7 if the address is in use, and with 2 if it is not an address", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { en, ja } = await runInBoth(`ade simulator start --listen 127.0.0.1:${port}`);
  expect(en).toMatchObject({
    exit: 7,
    stdout: "",
    stderr: expect.stringContaining("another program already uses this address"),
  });
  expect(ja.stderr).toContain("このアドレスはほかのプログラムが使用中です");
  for (const address of ["8080", "127.0.0.1", "127.0.0.1:99999", "a b:1", "[x]:1"]) {
    expect(await run(["ade", "simulator", "start", "--listen", address])).toMatchObject({ exit: 2, stdout: "" });
  }
});

test("warns about an address that others can reach", async () => {
  const { stderr } = await run("ade simulator start --listen 0.0.0.0:0", interrupted());
  expect(stderr).toContain("anyone who can reach this address can use the simulator");
});

test("keeps requests in its state while it runs, and does not respond after it ends", async () => {
  const folder = freshFolder();
  const signals = new EventEmitter();
  const { send, close } = openAppleSockets();
  onTestFinished(close);
  // a free port, as it is not read from the output here
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, "127.0.0.1", resolve);
  });
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const line = `ade simulator start --listen 127.0.0.1:${port} --state SIMULATOR.json`;
  const running = run(line, { folder, signals });
  const url = `http://127.0.0.1:${port}/_simulator/devices`;
  const add = () => send({ method: "POST", url, headers: {}, body: '{"serials":["C02NEW000001"]}' });
  await expect
    .poll(async () =>
      add().then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
  signals.emit("SIGTERM");
  expect(await running).toMatchObject({ exit: 143 });
  expect(readFileSync(join(folder, "SIMULATOR.json"), "utf8")).toContain("C02NEW000001");
  await expect(add()).rejects.toMatchObject({ code: "unavailable" });
});
