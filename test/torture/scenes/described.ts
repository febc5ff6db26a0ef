import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareDevices } from "./by-hand.ts";
import { createFileScene } from "./output-files.ts";
import { createScene, runOrThrow, type Scene } from "./scene.ts";

const PROFILE = '<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string></dict></plist>\n';

/** Creates the scenes of a record type that describes what the console installs on devices. */
const createDescribedScenes = (noun: string, kind: string, header: string, file: readonly string[]): Scene[] => {
  const prepare = async (home: string): Promise<void> => {
    await prepareDevices(home);
    await writeFile(join(home, "list.csv"), `${header},自動適用する組織コード\r\nB,${kind},全社\r\n`);
    await writeFile(join(home, "kept"), PROFILE);
    await runOrThrow(home, noun, "create", "A", "--kind", kind, ...file);
  };
  return [
    createScene(`${noun} create`, prepare, `${noun} create B --kind ${kind} --device IOS01 ${file.join(" ")}`.trim()),
    createScene(`${noun} edit`, prepare, `${noun} edit A --org 全社 --memo 2026`),
    createScene(`${noun} delete`, prepare, `${noun} delete A --confirm-deletions 1`, { plans: true }),
    createScene(`${noun} import`, prepare, `${noun} import list.csv --yes`, { plans: true }),
    createFileScene(`${noun} export`, `${noun}.csv`, [noun, "export"], prepare),
    createFileScene(`${noun} template`, `${noun}.csv`, [noun, "template"]),
    ...(file.length === 0 ? [] : [createFileScene(`${noun} file`, "written", [noun, "file", "A"], prepare)]),
  ];
};

export const DESCRIBED_SCENES: readonly Scene[] = [
  ...createDescribedScenes("config-profiles", "vpn", "プロファイル名,種類", ["--file", "kept"]),
  ...createDescribedScenes("apps", "MarketPlace", "アプリ名,種類", []),
];
