import { join, posix, win32 } from "node:path";

/** The values that determine where a user's files are stored. */
export interface HomeInputs {
  /** `process.platform` */
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** absolute path of the user's home folder, which contains the default folders */
  readonly userFolder: string;
  /** `process.cwd()`, for a relative `CLOMOCTL_HOME` */
  readonly workingFolder: string;
  /** `process.geteuid()`; undefined on platforms where files have neither owner nor mode */
  readonly userId?: number | undefined;
}

/** The folders that contain everything that is stored; none of them has to exist. */
export interface Home {
  readonly settings: string;
  /** data that must not be lost: keys, and the folders `tenants` and `temporary` */
  readonly data: string;
  /** local tenants; a folder inside `data` */
  readonly tenants: string;
  /** data that may be lost at any time */
  readonly cache: string;
  /** spooled input and the register of temporary files; a folder inside `data` */
  readonly temporary: string;
  /** user ID of the owner; undefined on platforms where files have neither owner nor mode */
  readonly userId: number | undefined;
}

/**
 * Returns the folders of the home: in `CLOMOCTL_HOME`, or in the folders of the platform (XDG, Application Support,
 * APPDATA and LOCALAPPDATA). Does not access the disk.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/ (a relative XDG path must be ignored)
 */
export function locateHome({ platform, environment, userFolder, workingFolder, userId }: HomeInputs): Home {
  const path = platform === "win32" ? win32 : posix;
  const folders = (settings: string, data: string, cache: string): Home => ({
    settings,
    data,
    cache,
    tenants: path.join(data, "tenants"),
    temporary: path.join(data, "tmp"),
    userId,
  });
  const own = environment["CLOMOCTL_HOME"] ?? "";
  if (own !== "") {
    const root = path.resolve(workingFolder, own);
    return folders(root, root, path.join(root, "cache"));
  }
  const given = (variable: string, ...usual: string[]): string => {
    const folder = environment[variable] ?? "";
    return path.join(path.isAbsolute(folder) ? folder : path.join(userFolder, ...usual), "clomoctl");
  };
  if (platform === "win32") {
    const local = given("LOCALAPPDATA", "AppData", "Local");
    return folders(given("APPDATA", "AppData", "Roaming"), local, path.join(local, "cache"));
  }
  if (platform === "darwin") {
    const support = path.join(userFolder, "Library", "Application Support", "clomoctl");
    return folders(support, support, path.join(userFolder, "Library", "Caches", "clomoctl"));
  }
  return folders(
    given("XDG_CONFIG_HOME", ".config"),
    given("XDG_DATA_HOME", ".local", "share"),
    given("XDG_CACHE_HOME", ".cache"),
  );
}

const SETTINGS_FILES = ["contexts.json", "settings.lock", "notify.yaml", "smtp-password"];

/** Name of the file in `data` with the key that seals the secrets in the databases of tenants. */
export const SEALING_KEY_FILE = "sealing.key";

/** Name of the folder in `data` with the secrets with which remote contexts are signed in. */
export const CREDENTIALS_FOLDER = "credentials";

/** Returns a home's paths that only the program uses: files, and whole folders. All else belongs to the user. */
export function listProgramPaths({ settings, data, tenants, cache, temporary }: Home): readonly string[] {
  const inData = [SEALING_KEY_FILE, CREDENTIALS_FOLDER, "runs"].map((name) => join(data, name));
  return [...SETTINGS_FILES.map((name) => join(settings, name)), tenants, cache, temporary, ...inData];
}
