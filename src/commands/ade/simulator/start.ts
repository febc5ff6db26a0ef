import { line, step, CommandLine } from "../../../lib/advice/index.ts";
import {
  createSimulator,
  startSimulatorServer,
  readState,
  type SimulatorState,
} from "../../../lib/apple/simulator/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { openInput } from "../../../lib/files/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import type { Tools } from "../../tools.ts";

const DEFAULT_DEVICES = 10;
const DEFAULT_SEED = "1";
/** Interval at which changes are saved. */
const SAVE_INTERVAL_MS = 2000;

export default defineCommand({
  summary: text(
    "start a simulator of Apple's services, which runs until interrupted",
    "Apple 側のシミュレーターを起動する(中断するまで動作)",
  ),
  details: [
    text(
      "One process simulates the device service (ADE), the push certificate portal, VPP and the Apple Business API. Its URL is the first line of stdout. It does not connect to the outside, and nothing that it creates works at Apple.",
      "ADE のサービス、プッシュ通知証明書のポータル、VPP、Apple Business API を 1 つのプロセスで模擬します。標準出力の 1 行目が URL です。外部には接続せず、作成したものは Apple では使えません。",
    ),
    text(
      "Without --state, everything is lost when the simulator ends. The state file contains tokens, so only its owner can read it.",
      "--state を付けないと、終了時にすべて失われます。状態ファイルにはトークンが含まれるため、本人だけが読める権限で保存します。",
    ),
  ],
  args: {},
  options: {
    listen: {
      kind: "string",
      value: "HOST:PORT",
      default: "127.0.0.1:0",
      about: text("address to listen on (port 0: any free port)", "待ち受けるアドレス(ポート 0 は空きポート)"),
    },
    devices: {
      kind: "number",
      max: 10_000_000,
      about: text(
        `initial number of devices (default: ${DEFAULT_DEVICES})`,
        `最初のデバイスの台数(既定: ${DEFAULT_DEVICES})`,
      ),
    },
    seed: {
      kind: "string",
      value: "SEED",
      about: text(
        `seed; the same seed gives the same devices (default: ${DEFAULT_SEED})`,
        `シード。同じ値なら同じデバイスになる(既定: ${DEFAULT_SEED})`,
      ),
    },
    state: {
      kind: "output",
      isContinued: true,
      notStdout: true,
      value: "FILE",
      about: text("load the state from FILE, and save it there", "状態を読み込み、保存するファイル"),
    },
  },
  examples: [
    { line: "clomoctl ade simulator start --listen 127.0.0.1:8600 --devices 2000 --state SIMULATOR-apple.json" },
  ],
  exits: ["input-rejected", "unavailable"],
  opensTenant: false,
  async run(tools, { listen: address, devices, seed, state: file }) {
    const { terminal, clock, signal } = tools;
    const place = parseListenAddress(address);
    const state = file === undefined ? undefined : await loadSavedState(tools, file, { devices, seed });
    const simulator = createSimulator({
      seed: seed ?? DEFAULT_SEED,
      devices: devices ?? DEFAULT_DEVICES,
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
    const { url, close } = await startSimulatorServer(simulator, place);
    tools.describeState(() =>
      file === undefined
        ? text(
            "the simulator has ended; its state was not saved",
            "シミュレーターを終了しました(状態は保存していません)",
          )
        : text(
            `the simulator has ended; its state is saved in ${file}`,
            `シミュレーターを終了しました(状態は ${file} に保存しました)`,
          ),
    );
    try {
      await terminal.out.write(`${url}\n`);
      await terminal.out.flush();
      await printNextSteps(tools, url, place.host);
      await waitForSignal(signal, save);
    } finally {
      await close();
      await save();
    }
    throw signal.reason;
  },
});

const LOOPBACK_HOSTS = ["127.0.0.1", "::1", "localhost"];

async function printNextSteps({ terminal }: Tools, url: string, host: string): Promise<void> {
  await terminal.note(
    step("to use this simulator", "このシミュレーターを使うには", line("ade endpoint set", [], { simulator: url })),
  );
  await terminal.note(
    text(
      `to change devices, tokens and faults: ${new CommandLine("ade simulator do", ["--help"])}; to stop: Ctrl-C`,
      `デバイス、トークン、障害の操作: ${new CommandLine("ade simulator do", ["--help"])}(Ctrl-C で終了)`,
    ),
  );
  if (LOOPBACK_HOSTS.includes(host)) return;
  await terminal.warn(
    text(
      "anyone who can reach this address can use the simulator, because it has no sign-in",
      "サインインがないため、このアドレスに接続できる人は、だれでもシミュレーターを操作できます",
    ),
  );
}

/** Saves at intervals until a signal arrives.  @throws as `save` */
async function waitForSignal(signal: AbortSignal, save: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SAVE_INTERVAL_MS);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
    if (!signal.aborted) await save();
  }
}

/** Parses an address such as `127.0.0.1:0` or `[::1]:8080`.  @throws Failure `usage` if it is not HOST:PORT */
function parseListenAddress(address: string): { readonly host: string; readonly port: number } {
  const { plain, bracketed, port } =
    /^(?:\[(?<bracketed>[0-9A-Fa-f:.]+)\]|(?<plain>[^:[\]\s/]+)):(?<port>\d{1,5})$/.exec(address)?.groups ?? {};
  const host = bracketed ?? plain;
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new Failure("usage", {
    what: text("--listen must be HOST:PORT", "--listen は HOST:PORT の形で指定してください"),
    where: address,
    hint: text("for example: --listen 127.0.0.1:8600", "例: --listen 127.0.0.1:8600"),
  });
}

/** Loads the saved state; undefined if there is no file.  @throws `usage` if seed or number of devices differs */
async function loadSavedState(
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
      `the saved state was created with seed ${state.seed} and ${state.fleet.first} devices`,
      `保存されている状態は、シード ${state.seed}、デバイス ${state.fleet.first} 台で作成したものです`,
    ),
    where: file,
    hint: text(
      "leave out --seed and --devices, or specify another file",
      "--seed と --devices を省略するか、別のファイルを指定してください",
    ),
  });
}
