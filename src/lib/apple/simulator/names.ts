import { MARK } from "../simulated.ts";
import { SIMULATED_SERVER } from "../../model/ade.ts";

/** Where what is asked of the simulator itself begins. */
export const CONTROL = "/_simulator";

export { MARK };

/** A name that says what it is. */
export const marked = (name: string): string => (name.includes(MARK) ? name : `${MARK} ${name}`);

/** The first server, which the devices of the first day belong to. */
export const FIRST_SERVER = SIMULATED_SERVER;

/** Which MDM says that it manages a location's apps. @see apple 5 (mdmInfo) */
export interface MdmInfo {
  readonly id: string;
  readonly name: string;
  readonly metadata: string;
}

/** Who else may hold a location in a rehearsal. */
export const OTHER_HOLDER: MdmInfo = { id: "simulator-other-mdm", name: marked("other MDM"), metadata: "" };
