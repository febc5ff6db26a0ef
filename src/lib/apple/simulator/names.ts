import { SIMULATOR_MARK } from "../simulated.ts";
import { DEFAULT_SIMULATOR_SERVER } from "../../model/ade.ts";

/** Path prefix of the simulator's control interface. */
export const CONTROL_PATH = "/_simulator";

export { SIMULATOR_MARK };

/** Adds the simulator's mark to a name, if the name does not contain the mark yet. */
export const addSimulatorMark = (name: string): string =>
  name.includes(SIMULATOR_MARK) ? name : `${SIMULATOR_MARK} ${name}`;

/** Name of the first MDM server, to which all initial devices are assigned. */
export const FIRST_SERVER_NAME = DEFAULT_SIMULATOR_SERVER;

/** An MDM product that claims to manage the apps of a location. @see apple 5 (mdmInfo) */
export interface MdmInfo {
  readonly id: string;
  readonly name: string;
  readonly metadata: string;
}

/** Another MDM product that may hold a location in a rehearsal. */
export const OTHER_MDM: MdmInfo = { id: "simulator-other-mdm", name: addSimulatorMark("other MDM"), metadata: "" };
