import { join, resolve } from "node:path";

export interface HomeInputs {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userFolder: string;
  readonly workingFolder: string;
  readonly userId?: number | undefined;
}

/** The folder with all stored data, and folders in it. None of them has to exist. */
export interface Home {
  /** the folder itself, for settings */
  readonly settings: string;
  /** the same folder, for data that must not be lost: keys, and the folders `tenants` and `temporary` */
  readonly data: string;
  readonly tenants: string;
  /** data that may be lost at any time */
  readonly cache: string;
  /** spooled input and the register of temporary files */
  readonly temporary: string;
  readonly userId: number | undefined;
}

/** Returns the folders of the home, in `CLOMOCTL_HOME` or `~/.clomoctl`. Does not access the disk. */
export function locateHome({ environment, userFolder, workingFolder, userId }: HomeInputs): Home {
  const root = resolve(workingFolder, environment["CLOMOCTL_HOME"] || join(userFolder, ".clomoctl"));
  const [tenants, cache, temporary] = [join(root, "tenants"), join(root, "cache"), join(root, "tmp")];
  return { settings: root, data: root, tenants, cache, temporary, userId };
}

const SETTINGS_FILES = ["contexts.json", "settings.lock", "notify.yaml", "smtp-password"];

/** Name of the file in `data` with the key that seals the secrets in the databases of tenants. */
export const SEALING_KEY_FILE = "sealing.key";

export const CREDENTIALS_FOLDER = "credentials";

/** Returns a home's paths that only the program uses: files, and whole folders. All other paths belong to the user. */
export function listProgramPaths({ settings, data, tenants, cache, temporary }: Home): readonly string[] {
  const inData = [SEALING_KEY_FILE, CREDENTIALS_FOLDER, "runs"].map((name) => join(data, name));
  return [...SETTINGS_FILES.map((name) => join(settings, name)), tenants, cache, temporary, ...inData];
}
