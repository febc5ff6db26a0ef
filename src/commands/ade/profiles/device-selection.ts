import type { CommandLine } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { INPUT_ENCODING_OPTION } from "../../csv/file/encoding.ts";
import { SHEET_OPTION } from "../../csv/file/sheet.ts";
import type { Fields, InputOf } from "../../field.ts";
import { findOrg } from "../../orgs/find-org.ts";
import type { Tools } from "../../tools.ts";
import { readSerialList } from "../purchased/serial-list.ts";

/** Argument for the serial numbers of devices. */
export const SERIALS_ARGUMENT = {
  kind: "string",
  value: "SERIAL",
  repeatable: true,
  about: text("serial numbers", "シリアルナンバー"),
} as const;

/** Options that select devices in other ways than by serial number. */
export const DEVICE_SELECTION_OPTIONS = {
  file: {
    kind: "file",
    value: "FILE",
    about: text(
      "list with a serial number column: CSV or workbook (- for stdin)",
      "シリアルナンバーの列がある一覧(CSV かブック。- は標準入力)",
    ),
  },
  encoding: INPUT_ENCODING_OPTION,
  sheet: SHEET_OPTION,
  org: {
    kind: "string",
    value: "ORG",
    about: text("devices of an organisation and of the organisations below it", "組織と下位の組織のデバイス"),
  },
} as const satisfies Fields;

interface SelectionInput extends InputOf<typeof DEVICE_SELECTION_OPTIONS> {
  readonly serials: readonly string[];
  readonly unassigned?: boolean | undefined;
}

/** Which devices are selected, as sent to the tenant. */
export interface DeviceSelection {
  readonly serials?: string[];
  readonly org?: string;
  readonly unassigned?: true;
}

/** Checks that devices are selected in exactly one way.  @throws Failure `usage` if in no way or in several ways */
export function requireOneSelection(
  command: CommandLine,
  { serials, file, org, unassigned = false }: SelectionInput,
): void {
  const ways = [serials.length > 0, file !== undefined, org !== undefined, unassigned].filter(Boolean).length;
  if (ways !== 1) throw createSelectionFailure(command);
}

/**
 * Reads which devices are selected.
 *
 * @param command the command to propose if a sheet has to be chosen
 * @param typed input that {@link requireOneSelection} has accepted
 * @throws Failure the failures of reading the list
 */
export async function readDeviceSelection(
  tools: Tools,
  command: CommandLine,
  { serials, file, encoding, sheet, org, unassigned = false }: SelectionInput,
): Promise<DeviceSelection> {
  if (serials.length > 0) {
    return { serials: [...new Set(serials.map((serial) => serial.normalize("NFKC").trim().toUpperCase()))] };
  }
  if (unassigned) return { unassigned };
  if (org !== undefined) return { org: (await findOrg(tools, org)).id };
  const again = ({ sheet: chosen = "" }: { readonly sheet?: string | undefined }) =>
    command.with("--file", file ?? "", "--sheet", chosen);
  const list = await readSerialList(tools, file ?? "-", { encoding, sheet, again });
  return { serials: list.map(({ serialNumber }) => serialNumber) };
}

const createSelectionFailure = ({ name }: CommandLine): Failure =>
  new Failure("usage", {
    what: text("select the devices in exactly one way", "対象のデバイスを 1 つの方法で指定してください"),
    where: `clomoctl ${name}`,
    hint: text(
      "specify serial numbers, --file FILE or --org ORG; to assign a profile to all devices without one, specify --unassigned",
      "シリアルナンバー、--file FILE、--org ORG のいずれか(割り当てでは、プロファイルのないすべてを対象にする --unassigned も指定できます)",
    ),
  });
