import { Fault } from '../../common/fault';

/** A model function does something that a compiled step cannot do. */
export class TraceFault extends Fault {}
