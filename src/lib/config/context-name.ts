import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

const MAX_NAME_LENGTH = 64;
/** File systems limit names to 255 bytes, including suffixes. */
const MAX_NAME_BYTES = 200;

/** Reserved device names. @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions */
const WINDOWS_DEVICE_NAMES = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)/i;

/** Returns the name in NFC, as it is stored. @throws `usage` if the name is not safe as a file name */
export function parseContextName(requested: string): string {
  const name = requested.normalize("NFC");
  const wrong = describeNameFault(name);
  if (wrong !== undefined) throw new Failure("usage", { what: wrong, where: requested });
  return name;
}

function describeNameFault(name: string): Text | undefined {
  if ([...name].length > MAX_NAME_LENGTH || Buffer.byteLength(name) > MAX_NAME_BYTES) {
    return text(
      `a context name can have at most ${MAX_NAME_LENGTH} characters`,
      `コンテキスト名は ${MAX_NAME_LENGTH} 文字までです`,
    );
  }
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u.test(name) || name.endsWith(".")) {
    return text(
      "a context name may contain letters, digits, '.', '_' and '-'; it must begin with a letter or digit and must not end with a dot",
      "コンテキスト名に使えるのは文字、数字、「.」「_」「-」です。文字か数字で始め、ドットで終わらないようにしてください",
    );
  }
  return WINDOWS_DEVICE_NAMES.test(name)
    ? text("this name is reserved by Windows", "この名前は Windows で予約されています")
    : undefined;
}
