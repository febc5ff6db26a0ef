import { join, posix, win32 } from "node:path";

/** What determines the location of a user's files. */
export interface HomePlace {
  /** `process.platform` */
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `os.homedir()` */
  readonly userFolder: string;
  /** `process.cwd()`, for a relative `CLOMOCTL_HOME` */
  readonly workingFolder: string;
  /** `process.geteuid()`; undefined on platforms where files have neither owner nor mode */
  readonly userId?: number | undefined;
}

/** The folders that hold all state; none of them need exist. */
export interface Home {
  /** contexts and settings */
  readonly settings: string;
  /** data that must not be lost: keys, and the folders below */
  readonly data: string;
  /** embedded tenants; below `data` */
  readonly tenants: string;
  /** data that may be lost at any time */
  readonly cache: string;
  /** spooled input and the register of temporary files; below `data` */
  readonly temporary: string;
  /** the owner's user id; undefined on platforms where files have neither owner nor mode */
  readonly userId: number | undefined;
}

/**
 * `CLOMOCTL_HOME`, or the platform's folders: XDG, Application Support, APPDATA and LOCALAPPDATA. Does not access the
 * disk.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/ (a relative XDG path must be ignored)
 */
export function locateHome({ platform, environment, userFolder, workingFolder, userId }: HomePlace): Home {
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

/** The files of the settings: contexts and their lock, who is notified, and a password for that. */
const SETTINGS = ["contexts.json", "settings.lock", "notify.yaml", "smtp-password"];

/** The key by which secrets in the databases of tenants are sealed; in `data`. */
export const SEALING_KEY = "sealing.key";

/** What the program keeps in a home for itself: files, and folders with all in them. What else lies there is a person's own. */
export function keptIn({ settings, data, tenants, cache, temporary }: Home): readonly string[] {
  const inData = [SEALING_KEY, "schedule"].map((name) => join(data, name));
  return [...SETTINGS.map((name) => join(settings, name)), tenants, cache, temporary, ...inData];
}
