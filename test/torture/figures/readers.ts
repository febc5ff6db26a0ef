import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FIXTURES, start, type Outcome } from "#support/process/program.ts";
import { splitWords } from "#support/cli/home.ts";
import { createPropertyList } from "#support/apple/openssl.ts";
import { runOrThrow } from "../scenes/scene.ts";
import { mutateFile, SeededRandom } from "../random.ts";
import type { Trial, Workplace } from "../trial.ts";

const MAX_SECONDS = 60;
const MAX_RSS_KIB = 600_000;

/** A part of the program that reads foreign files. A second implementation checks the files that it accepts. */
interface Reader {
  readonly scene: string;
  readonly file: string;
  /** creates the unmodified file; the folder contains the files of {@link makeSamples} */
  readonly sample: (folder: string) => Buffer;
  /** wraps a mutated file, for example in a signature */
  readonly wrap?: (bytes: Buffer, folder: string, samples: string) => Buffer;
  readonly line: string;
  /** returns what a second implementation finds wrong with an accepted file */
  readonly second?: (
    folder: string,
    accepted: { readonly mutated: Buffer; readonly ended: Outcome },
  ) => readonly string[];
}

const runPython = (script: string, folder: string, ...args: readonly string[]): readonly string[] => {
  const { error, status, stdout, stderr } = spawnSync("python3", ["-c", script, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  if (error !== undefined || /ModuleNotFoundError/.test(stderr)) return [];
  return status === 0 ? [] : [`Python disagrees: ${stdout}${stderr.split("\n").at(-2) ?? ""}`];
};

/** Checks that openssl reads the same expiry date that was recorded. @returns the difference, if any */
function compareDates(
  folder: string,
  { ended }: { readonly ended: Outcome },
  file: string,
  ...more: readonly string[]
) {
  const { expiresAt } = JSON.parse(ended.text) as { readonly expiresAt: string };
  const read = spawnSync("openssl", ["x509", "-in", file, "-noout", "-enddate", ...more], {
    cwd: folder,
    encoding: "utf8",
  });
  if (read.status !== 0) return [];
  const date = new Date(read.stdout.replace("notAfter=", ""));
  return date.getTime() === Date.parse(expiresAt) ? [] : [`openssl reads ${date.toISOString()}, not ${expiresAt}`];
}

const createSampleReader = (name: string) => (folder: string) => readFileSync(join(folder, name));
const SAMPLE_PROFILE = createPropertyList(
  `<key>Name</key><string>業務アプリ</string><key>ProvisionedDevices</key><array><string>1</string></array>
   <key>CreationDate</key><date>2026-03-01T00:00:00Z</date><key>ExpirationDate</key><date>2027-03-01T14:59:59Z</date>`,
);

const READERS: readonly Reader[] = [
  {
    scene: "CSV in CP932",
    file: "in.csv",
    sample: createSampleReader("people.csv"),
    line: "csv check in.csv --as users",
  },
  { scene: "xlsx", file: "in.xlsx", sample: createSampleReader("plan.xlsx"), line: "csv check in.xlsx --as users" },
  {
    scene: "YAML, by PyYAML",
    file: "map.yaml",
    sample: () => Buffer.from("columns:\n  氏名: 氏名\n  メールアドレス: メールアドレス\n  役職: ignore\n  # a note\n"),
    line: "csv check p.csv --as users --map map.yaml",
    second: (folder) => runPython('import yaml; yaml.safe_load(open("map.yaml", encoding="utf-8"))', folder),
  },
  {
    scene: "PEM, by openssl",
    file: "in.pem",
    sample: createSampleReader("c.pem"),
    line: "renewals add a --file in.pem --format json",
    second: (folder, accepted) => compareDates(folder, accepted, "in.pem"),
  },
  {
    scene: "DER, by openssl",
    file: "in.der",
    sample: createSampleReader("c.der"),
    line: "renewals add a --file in.der --format json",
    second: (folder, accepted) => compareDates(folder, accepted, "in.der", "-inform", "DER"),
  },
  {
    scene: "p7m",
    file: "x_Token_2026-03-01T05-00-00Z_smime.p7m",
    sample: createSampleReader("t.p7m"),
    line: "renewals add a --file x_Token_2026-03-01T05-00-00Z_smime.p7m --format json",
  },
  {
    scene: "plist, by plistlib",
    file: "in.mobileprovision",
    sample: () => Buffer.from(SAMPLE_PROFILE),
    wrap: (bytes, folder, samples) => {
      writeFileSync(join(folder, "in.plist"), bytes);
      const signer = ["-signer", join(samples, "c.pem"), "-inkey", join(samples, "k.pem")];
      const args = ["cms", "-sign", "-binary", "-nodetach", "-in", "in.plist", ...signer, "-outform", "DER"];
      return execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
    },
    line: "renewals add a --file in.mobileprovision --format json",
    second: (folder) => runPython('import plistlib; plistlib.load(open("in.plist", "rb"))["ExpirationDate"]', folder),
  },
  {
    scene: "zip bundle, by zipfile",
    file: "in.zip",
    sample: createSampleReader("bundle.zip"),
    line: "handover verify in.zip",
    second: (folder) => runPython('import zipfile; assert zipfile.ZipFile("in.zip").testzip() is None', folder),
  },
];

let samples: Promise<string> | undefined;

async function makeSamples({ folder }: Workplace): Promise<string> {
  const home = mkdtempSync(join(folder, "samples-"));
  copyFileSync(join(FIXTURES, "people.csv"), join(home, "people.csv"));
  const type = (line: string) => runOrThrow(home, ...splitWords(line));
  writeFileSync(join(home, "p.csv"), new TextDecoder("shift_jis").decode(readFileSync(join(home, "people.csv"))));
  await type("users import people.csv --create-orgs --dry-run --report plan.xlsx");
  await type("users import people.csv --create-orgs --yes");
  await type("handover export -o bundle.zip");
  const openssl = (line: string): void => void execFileSync("openssl", line.split(" "), { cwd: home, stdio: "ignore" });
  openssl("req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 90 -subj /CN=torture");
  openssl("x509 -in c.pem -outform DER -out c.der");
  openssl("cms -encrypt -binary -aes256 -in people.csv -out t.p7m c.pem");
  return home;
}

async function runBounded(
  line: string,
  folder: string,
): Promise<{ readonly ended: Outcome; readonly problems: readonly string[] }> {
  const env = { NODE_OPTIONS: "--max-old-space-size=256" };
  const running = start(splitWords(line), { home: join(folder, "home"), cwd: folder, env });
  let rssKib = 0;
  const watch = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${running.process.pid}/status`, "utf8");
      rssKib = Math.max(rssKib, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // the process has already ended, or the system does not have /proc
    }
  }, 20);
  const limit = setTimeout(() => running.process.kill("SIGKILL"), MAX_SECONDS * 1000);
  const ended = await running.ended;
  clearInterval(watch);
  clearTimeout(limit);
  return {
    ended,
    problems: [
      ...(rssKib > MAX_RSS_KIB ? [`${rssKib} KiB of memory`] : []),
      ...(ended.code === 0 || ended.code === 3 ? [] : [`ended with ${ended.code ?? ended.signal}: ${ended.stderr}`]),
      ...(/^ {4}at |unexpected/m.test(ended.stderr) ? [`an unexpected failure: ${ended.stderr}`] : []),
    ],
  };
}

async function tryReader(reader: Reader, place: string, workplace: Workplace): Promise<readonly string[]> {
  const from = await (samples ??= makeSamples(workplace));
  const folder = mkdtempSync(join(workplace.folder, "read-"));
  try {
    mkdirSync(join(folder, "home"));
    copyFileSync(join(from, "p.csv"), join(folder, "p.csv"));
    const random = new SeededRandom(`${workplace.seed} ${reader.scene} ${place}`);
    const mutated = place === "unharmed" ? reader.sample(from) : mutateFile(reader.sample(from), random);
    writeFileSync(join(folder, reader.file), reader.wrap?.(mutated, folder, from) ?? mutated);
    const { ended, problems } = await runBounded(reader.line, folder);
    const second = ended.code === 0 && problems.length === 0 ? reader.second?.(folder, { mutated, ended }) : undefined;
    const refused = place === "unharmed" && ended.code !== 0 && reader.second !== undefined;
    return [...problems, ...(second ?? []), ...(refused ? [`refused the unharmed file: ${ended.stderr}`] : [])];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const MUTATION_COUNT = 1000;

export const READER_TRIALS: readonly Trial[] = READERS.map((reader) => ({
  scene: reader.scene,
  places: async (workplace) => {
    await (samples ??= makeSamples(workplace));
    return ["unharmed", ...Array.from({ length: MUTATION_COUNT }, (_, at) => `mutation ${at + 1}`)];
  },
  attempt: (place, workplace) => tryReader(reader, place, workplace),
}));
