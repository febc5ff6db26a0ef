import { EventEmitter } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import "../../../lib/apple/simulator/index.ts";
import "./start.ts";
import { openAppleSockets } from "../../../cli/apple.ts";
import { freshFolder, inBoth, run } from "#support/commands/program.ts";

const NEVER_LISTENING = "ade simulator start --listen 127.0.0.1:0";

/** A signal as soon as the command has printed its URL. */
function interrupted(name = "SIGINT") {
  const signals = new EventEmitter();
  return { signals, onOutput: (text: string) => void (text.includes("http://") && signals.emit(name)) };
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
])("prints its URL first, and ends by %s with %i", async (name, exit) => {
  const ran = await run(NEVER_LISTENING, interrupted(name));
  expect(ran).toMatchObject({ exit, stdout: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\n$/) });
  expect(ran.stderr).toContain(`clomoctl ade endpoint set --simulator ${ran.stdout.trim()}\n`);
  expect(ran.stderr).toContain("interrupted: the simulator has ended; what it knew is gone");
  const ja = await run(`--lang ja ${NEVER_LISTENING}`, interrupted(name));
  expect(ja.stderr).toContain("中断しました: シミュレーターを終了しました");
});

test("its state is kept in a file for its owner alone, and it goes on from there", async () => {
  const folder = freshFolder();
  const state = join(folder, "SIMULATOR.json");
  const line = `ade simulator start --state SIMULATOR.json`;
  const first = await run(`${line} --devices 5 --seed x`, { folder, ...interrupted() });
  expect(first).toMatchObject({ exit: 130, stderr: expect.stringContaining("its state is in SIMULATOR.json") });
  expect(statSync(state).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(state, "utf8"))).toMatchObject({ seed: "x", fleet: { first: 5, places: 5 } });
  expect(await run(line, { folder, ...interrupted() })).toMatchObject({ exit: 130 });
  expect(JSON.parse(readFileSync(state, "utf8"))).toMatchObject({ seed: "x", fleet: { first: 5 } });
  for (const other of ["--seed y", "--devices 6"]) {
    const { en, ja } = await inBoth(`${line} ${other}`, { folder });
    expect(en).toMatchObject({
      exit: 2,
      stdout: "",
      stderr: expect.stringContaining("began with seed x and 5 devices"),
    });
    expect(ja.stderr).toContain("シード x、5 台");
  }
});

test("a state that is none is 3", async () => {
  const folder = freshFolder();
  for (const content of ["", "x", "{}", '{"simulator":"clomoctl","version":2}']) {
    writeFileSync(join(folder, "s.json"), content);
    const { en, ja } = await inBoth("ade simulator start --state s.json", { folder });
    expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("not the state of a simulator") });
    expect(ja.stderr).toContain("状態ファイルではない");
    expect(readFileSync(join(folder, "s.json"), "utf8")).toBe(content);
  }
});

test("an address that is taken is 7; what is none is 2", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { en, ja } = await inBoth(`ade simulator start --listen 127.0.0.1:${port}`);
  expect(en).toMatchObject({ exit: 7, stdout: "", stderr: expect.stringContaining("another program listens there") });
  expect(ja.stderr).toContain("ほかのプログラムが使用中です");
  for (const address of ["8080", "127.0.0.1", "127.0.0.1:99999", "a b:1", "[x]:1"]) {
    expect(await run(["ade", "simulator", "start", "--listen", address])).toMatchObject({ exit: 2, stdout: "" });
  }
});

test("an address that others reach is warned of", async () => {
  const { stderr } = await run("ade simulator start --listen 0.0.0.0:0", interrupted());
  expect(stderr).toContain("whoever reaches this address can use the simulator");
});

test("what it is asked meanwhile is in its state, and it answers nothing once it has ended", async () => {
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
