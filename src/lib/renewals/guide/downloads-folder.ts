import { isAbsolute, join } from "node:path";
import { readLenientText } from "../../files/index.ts";

/** The platform, home folder and environment variables that determine where a user's folders are. */
export interface UserEnvironment {
  /** `process.platform` */
  readonly platform: string;
  /** absolute path of the user's home folder */
  readonly userFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Returns the folder in which browsers store downloads, whether or not it exists: `Downloads`, or on Linux the folder
 * that the desktop environment configures.
 *
 * @see https://www.freedesktop.org/wiki/Software/xdg-user-dirs/
 */
export async function findDownloadsFolder({ platform, userFolder, environment }: UserEnvironment): Promise<string> {
  const usual = join(userFolder, "Downloads");
  if (platform === "win32" || platform === "darwin") return usual;
  const given = environment["XDG_DOWNLOAD_DIR"] ?? "";
  if (isAbsolute(given)) return given;
  const settings = environment["XDG_CONFIG_HOME"] ?? "";
  const folder = isAbsolute(settings) ? settings : join(userFolder, ".config");
  const told = await readLenientText(join(folder, "user-dirs.dirs")).catch(() => "");
  const [, named = ""] = /^XDG_DOWNLOAD_DIR="(.+)"$/m.exec(told) ?? [];
  const path = named.replace(/^\$HOME(?=\/|$)/, () => userFolder);
  return isAbsolute(path) ? path : usual;
}
