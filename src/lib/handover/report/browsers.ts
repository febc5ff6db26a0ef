import { posix, win32 } from "node:path";

/** Where browsers are looked for. */
export interface BrowserPlace {
  /** `process.platform` */
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** the person's own folder, absolute */
  readonly userFolder: string;
}

/** Programs that print: names are found on PATH. */
export interface BrowserNames {
  readonly names: readonly string[];
  /** a person named it: no other one is taken */
  readonly isNamed: boolean;
}

/** On PATH: the package managers' names of Chrome, Chromium and Edge. */
const ON_PATH = [
  "google-chrome-stable",
  "google-chrome",
  "chromium",
  "chromium-browser",
  "microsoft-edge-stable",
  "microsoft-edge",
  "msedge",
];

const APPLICATIONS = ["Google Chrome", "Chromium", "Microsoft Edge"];

const PROGRAMS = [
  ["Google", "Chrome", "Application", "chrome.exe"],
  ["Chromium", "Application", "chrome.exe"],
  ["Microsoft", "Edge", "Application", "msedge.exe"],
];

/**
 * The browsers to try, in this order: `CHROME_PATH` alone where it is set, else those that the machine's installers put
 * where programs are.
 *
 * @see https://github.com/GoogleChrome/chrome-launcher#readme CHROME_PATH
 */
export function browsersOf({ platform, environment, userFolder }: BrowserPlace): BrowserNames {
  const named = environment["CHROME_PATH"] ?? "";
  if (named !== "") return { names: [named], isNamed: true };
  if (platform === "darwin") {
    const folders = ["/Applications", posix.join(userFolder, "Applications")];
    const inFolder = (folder: string): readonly string[] =>
      APPLICATIONS.map((name) => posix.join(folder, `${name}.app`, "Contents", "MacOS", name));
    return { names: [...folders.flatMap(inFolder), ...ON_PATH], isNamed: false };
  }
  if (platform === "win32") {
    const folders = ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"].map((name) => environment[name] ?? "");
    const all = folders.filter((folder) => win32.isAbsolute(folder));
    return { names: all.flatMap((folder) => PROGRAMS.map((path) => win32.join(folder, ...path))), isNamed: false };
  }
  return { names: ON_PATH, isNamed: false };
}
