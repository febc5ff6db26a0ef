export { watchWork } from "../tenant/work.ts";
