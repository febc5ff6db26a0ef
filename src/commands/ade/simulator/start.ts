import { commandName, line, step } from "../../../lib/advice/index.ts";
import { createSimulator, listen, readState, type SimulatorState } from "../../../lib/apple/simulator/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { openInput } from "../../../lib/files/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import type { Tools } from "../../tools.ts";

const DEVICES = 10;
const SEED = "1";
/** How often what has changed is saved. */
const SAVE_EVERY_MS = 2000;

export default defineCommand({
  summary: text(
    "start a simulator of Apple's side, until it is interrupted",
    "Apple 側のシミュレーターを起動する(中断するまで動作)",
  ),
  details: [
    text(
      "One process plays the device service (ADE), the push certificate portal, VPP and the Apple Business API. Its URL is the first line of stdout. It reaches nobody, and nothing that it makes works at Apple.",
      "ADE のサービス、プッシュ通知証明書のポータル、VPP、Apple Business API を 1 つのプロセスで代行します。標準出力の 1 行目が URL です。外部には接続せず、作成したものは Apple では使えません。",
    ),
    text(
      "Without --state all is forgotten at its end. The file has tokens, and is readable by its owner only.",
      "--state を付けないと、終了時にすべて失われます。状態ファイルにはトークンが含まれるため、本人だけが読める権限で保存します。",
    ),
  ],
  args: {},
  options: {
    listen: {
      kind: "string",
      value: "HOST:PORT",
      default: "127.0.0.1:0",
      about: text("address; port 0: any that is free", "待ち受けるアドレス(ポート 0 は空きポート)"),
    },
    devices: {
      kind: "number",
      max: 10_000_000,
      about: text(`devices of the first day (default: ${DEVICES})`, `最初のデバイスの台数(既定: ${DEVICES})`),
    },
    seed: {
      kind: "string",
      value: "SEED",
      about: text(
        `the same seed gives the same devices (default: ${SEED})`,
        `同じ値なら同じデバイスになる(既定: ${SEED})`,
      ),
    },
    state: {
      kind: "output",
      isContinued: true,
      notStdout: true,
      value: "FILE",
      about: text("go on from this file, and save to it", "状態を読み込み、保存するファイル"),
    },
  },
  examples: [
    { line: "clomoctl ade simulator start --listen 127.0.0.1:8600 --devices 2000 --state SIMULATOR-apple.json" },
  ],
  exits: ["input-rejected", "unavailable"],
  opensTenant: false,
  async run(tools, { listen: address, devices, seed, state: file }) {
    const { terminal, clock, signal } = tools;
    const place = placeOf(address);
    const state = file === undefined ? undefined : await savedState(tools, file, { devices, seed });
    const simulator = createSimulator({
      seed: seed ?? SEED,
      devices: devices ?? DEVICES,
      state,
      now: () => clock.now().getTime(),
      random: (size) => crypto.getRandomValues(new Uint8Array(size)),
    });
    let saved = -1;
    const save = async (): Promise<void> => {
      const revision = simulator.revision();
      if (file === undefined || revision === saved) return;
      await tools.outputs.write(file, JSON.stringify(simulator.state()));
      saved = revision;
    };
    await save();
    const { url, close } = await listen(simulator, place);
    tools.describeState(() =>
      file === undefined
        ? text("the simulator has ended; what it knew is gone", "シミュレーターを終了しました(状態は保存していません)")
        : text(`the simulator has ended; its state is in ${file}`, `シミュレーターを終了しました(状態は ${file})`),
    );
    try {
      await terminal.out.write(`${url}\n`);
      await terminal.out.flush();
      await sayNext(tools, url, place.host);
      await ended(signal, save);
    } finally {
      await close();
      await save();
    }
    throw signal.reason;
  },
});

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

async function sayNext({ terminal }: Tools, url: string, host: string): Promise<void> {
  await terminal.note(step("to use it", "使うには", line("ade endpoint set", [], { simulator: url })));
  await terminal.note(
    text(
      `devices, tokens, faults: ${commandName("ade simulator do")} --help; Ctrl-C ends it`,
      `デバイス、トークン、障害の操作: ${commandName("ade simulator do")} --help(Ctrl-C で終了)`,
    ),
  );
  if (LOOPBACK.includes(host)) return;
  await terminal.warn(
    text(
      "whoever reaches this address can use the simulator: nobody signs in to it",
      "このアドレスに接続できる人は、だれでもシミュレーターを操作できます",
    ),
  );
}

/** Waits for a signal, and saves meanwhile. @throws what saving throws */
async function ended(signal: AbortSignal, save: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SAVE_EVERY_MS);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
    if (!signal.aborted) await save();
  }
}

/** `127.0.0.1:0`, `[::1]:8080` @throws Failure `usage` */
function placeOf(address: string): { readonly host: string; readonly port: number } {
  const { plain, bracketed, port } =
    /^(?:\[(?<bracketed>[0-9A-Fa-f:.]+)\]|(?<plain>[^:[\]\s/]+)):(?<port>\d{1,5})$/.exec(address)?.groups ?? {};
  const host = bracketed ?? plain;
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new Failure("usage", {
    what: text("--listen takes HOST:PORT", "--listen は HOST:PORT の形で指定してください"),
    where: address,
    hint: text("for example: --listen 127.0.0.1:8600", "例: --listen 127.0.0.1:8600"),
  });
}

/** What stands in the file; undefined where there is none yet. @throws Failure `usage` where it has another seed */
async function savedState(
  tools: Tools,
  file: string,
  wish: { readonly devices: number | undefined; readonly seed: string | undefined },
): Promise<SimulatorState | undefined> {
  const chunks: Uint8Array[] = [];
  try {
    await using input = await openInput(tools, file);
    for await (const chunk of input.chunks()) chunks.push(chunk);
  } catch (error) {
    if (error instanceof Failure && error.code === "not-found") return undefined;
    throw error;
  }
  const state = readState(Buffer.concat(chunks).toString("utf8"), file);
  const isOther = (wish.seed ?? state.seed) !== state.seed || (wish.devices ?? state.fleet.first) !== state.fleet.first;
  if (!isOther) return state;
  throw new Failure("usage", {
    what: text(
      `this state began with seed ${state.seed} and ${state.fleet.first} devices`,
      `この状態は、シード ${state.seed}、${state.fleet.first} 台で始めたものです`,
    ),
    where: file,
    hint: text(
      "leave --seed and --devices out, or name another file",
      "--seed と --devices を省略するか、別のファイルを指定してください",
    ),
  });
}
