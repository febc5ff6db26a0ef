import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { shownWord } from "../../../lib/text/shell-word.ts";
import { INPUT_ENCODING } from "../../csv/file/encoding.ts";
import { SHEET } from "../../csv/file/sheet.ts";
import type { Fields, InputOf } from "../../field.ts";
import { orgNamed } from "../../orgs/named.ts";
import type { Tools } from "../../tools.ts";
import { readSerialList } from "../purchased/serial-list.ts";

/** Serial numbers on the command line. */
export const SERIALS = {
  kind: "string",
  value: "SERIAL",
  repeatable: true,
  about: text("serial numbers", "シリアルナンバー"),
} as const;

/** Other ways to say which devices are meant. */
export const MEANT_OPTIONS = {
  file: {
    kind: "file",
    value: "FILE",
    about: text(
      "a list with a column of serial numbers: CSV or a workbook (- for stdin)",
      "シリアルナンバーの列がある一覧(CSV かブック。- は標準入力)",
    ),
  },
  encoding: INPUT_ENCODING,
  sheet: SHEET,
  org: {
    kind: "string",
    value: "ORG",
    names: "orgs",
    about: text("the devices of an organisation and of those below it", "組織と下位の組織のデバイス"),
  },
} as const satisfies Fields;

interface SelectionInput extends InputOf<typeof MEANT_OPTIONS> {
  readonly serials: readonly string[];
  readonly unassigned?: boolean | undefined;
}

/** Which devices are meant, as the tenant is asked. */
export interface DeviceSelection {
  readonly serials?: string[];
  readonly org?: string;
  readonly unassigned?: true;
}

/** @throws Failure `usage` unless one way is taken to say which devices are meant */
export function requireOneWay(command: string, { serials, file, org, unassigned = false }: SelectionInput): void {
  const ways = [serials.length > 0, file !== undefined, org !== undefined, unassigned].filter(Boolean).length;
  if (ways !== 1) throw oneWay(command);
}

/**
 * Reads which devices are meant.
 *
 * @param command as it is proposed with a sheet
 * @param typed in one way: {@link requireOneWay}
 * @throws Failure as the list
 */
export async function meantBy(
  tools: Tools,
  command: string,
  { serials, file, encoding, sheet, org, unassigned = false }: SelectionInput,
): Promise<DeviceSelection> {
  if (serials.length > 0) {
    return { serials: [...new Set(serials.map((serial) => serial.normalize("NFKC").trim().toUpperCase()))] };
  }
  if (unassigned) return { unassigned };
  if (org !== undefined) return { org: (await orgNamed(tools, org)).id };
  const again = (chosen: string): string => `${command} --file ${shownWord(file ?? "")} --sheet ${shownWord(chosen)}`;
  const list = await readSerialList(tools, file ?? "-", { encoding, sheet, again });
  return { serials: list.map(({ serialNumber }) => serialNumber) };
}

const oneWay = (where: string): Failure =>
  new Failure("usage", {
    what: text("say in one way which devices are meant", "対象のデバイスを 1 つの方法で指定してください"),
    where,
    hint: text(
      "serial numbers, --file FILE, --org ORG, or to assign all without a profile --unassigned",
      "シリアルナンバー、--file FILE、--org ORG のいずれか(割り当てでは、プロファイルのないすべてを対象にする --unassigned も指定できます)",
    ),
  });
