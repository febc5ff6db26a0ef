import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

const LONGEST_NAME = 64;
/** file systems count bytes, and a tenant's files add suffixes to the name */
const LONGEST_NAME_BYTES = 200;

/** @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions */
const WINDOWS_DEVICES = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)/i;

/**
 * The stored form (NFC) of a context's name, if it is a safe file name on every platform: letters, digits, `.`,
 * `_`, `-`; starting with a letter or digit, not ending with a dot; at most 64 characters.
 *
 * @throws `usage` otherwise
 */
export function parseContextName(requested: string): string {
  const name = requested.normalize("NFC");
  const wrong = faultOf(name);
  if (wrong !== undefined) {
    throw new Failure("usage", { what: wrong, where: requested });
  }
  return name;
}

/** Names with equal keys clash: file systems that ignore case would take them for one. */
export const contextNameKey = (name: string): string => name.normalize("NFC").toUpperCase().toLowerCase();

function faultOf(name: string): Text | undefined {
  if ([...name].length > LONGEST_NAME || Buffer.byteLength(name) > LONGEST_NAME_BYTES) {
    return text(
      `a context name has at most ${LONGEST_NAME} characters`,
      `コンテキスト名は ${LONGEST_NAME} 文字までです`,
    );
  }
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u.test(name) || name.endsWith(".")) {
    return text(
      "a context name may contain letters, digits, '.', '_' and '-'; it must begin with a letter or digit and must not end with a dot",
      "コンテキスト名に使えるのは文字、数字、「.」「_」「-」です。文字か数字で始め、ドットで終わらないようにしてください",
    );
  }
  if (WINDOWS_DEVICES.test(name)) {
    return text("this name is reserved by Windows", "この名前は Windows で予約されています");
  }
  return undefined;
}
