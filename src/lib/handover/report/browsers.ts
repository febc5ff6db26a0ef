import { posix, win32 } from "node:path";

/** The environment in which browsers are searched for. */
export interface BrowserSearchOptions {
  /** `process.platform` */
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** the user's home folder, absolute */
  readonly userFolder: string;
}

/** Programs that may be able to print. A name without a folder is searched for on PATH. */
export interface BrowserCandidates {
  readonly names: readonly string[];
  /** true if the user named the program, so that no other program is tried */
  readonly isNamed: boolean;
}

/** The names under which package managers install Chrome, Chromium and Edge on PATH. */
const NAMES_ON_PATH = [
  "google-chrome-stable",
  "google-chrome",
  "chromium",
  "chromium-browser",
  "microsoft-edge-stable",
  "microsoft-edge",
  "msedge",
];

const MACOS_APPLICATIONS = ["Google Chrome", "Chromium", "Microsoft Edge"];

const WINDOWS_PROGRAMS = [
  ["Google", "Chrome", "Application", "chrome.exe"],
  ["Chromium", "Application", "chrome.exe"],
  ["Microsoft", "Edge", "Application", "msedge.exe"],
];

/**
 * Returns the browsers to try, in this order: only `CHROME_PATH` if it is set; otherwise the programs in the places
 * where the installers of this platform put them.
 *
 * @see https://github.com/GoogleChrome/chrome-launcher#readme CHROME_PATH
 */
export function listBrowserCandidates({ platform, environment, userFolder }: BrowserSearchOptions): BrowserCandidates {
  const named = environment["CHROME_PATH"] ?? "";
  if (named !== "") return { names: [named], isNamed: true };
  if (platform === "darwin") {
    const folders = ["/Applications", posix.join(userFolder, "Applications")];
    const inFolder = (folder: string): readonly string[] =>
      MACOS_APPLICATIONS.map((name) => posix.join(folder, `${name}.app`, "Contents", "MacOS", name));
    return { names: [...folders.flatMap(inFolder), ...NAMES_ON_PATH], isNamed: false };
  }
  if (platform === "win32") {
    const folders = ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"].map((name) => environment[name] ?? "");
    const all = folders.filter((folder) => win32.isAbsolute(folder));
    return {
      names: all.flatMap((folder) => WINDOWS_PROGRAMS.map((path) => win32.join(folder, ...path))),
      isNamed: false,
    };
  }
  return { names: NAMES_ON_PATH, isNamed: false };
}
