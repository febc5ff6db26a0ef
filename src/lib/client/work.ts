export { watchWork } from "../tenant/store/work.ts";
