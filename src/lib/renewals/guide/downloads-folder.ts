import { isAbsolute, join } from "node:path";
import { readLenientText } from "../../files/index.ts";

/** Where a person's folders are told. */
export interface FolderPlace {
  /** `process.platform` */
  readonly platform: string;
  /** the person's own folder, absolute */
  readonly userFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The folder browsers put downloads in, whether or not it exists: `Downloads`, on Linux what the desktop calls it.
 *
 * @see https://www.freedesktop.org/wiki/Software/xdg-user-dirs/
 */
export async function downloadsFolder({ platform, userFolder, environment }: FolderPlace): Promise<string> {
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
