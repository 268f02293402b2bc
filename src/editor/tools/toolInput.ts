import { UsageFault } from '../../common/fault';

/** The input of a tool, field by field; what its schema does not name, and what is of another kind than it says, is a UsageFault. */
export class ToolInput {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    private readonly tool: string,
    input: unknown,
    allowed: readonly string[],
  ) {
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      throw this.fault('needs an object', `give ${allowed.join(', ')}`);
    this.fields = input as Readonly<Record<string, unknown>>;
    const unknown = Object.keys(input).find(name => !allowed.includes(name));
    if (unknown !== undefined) throw this.fault(`knows no "${unknown}"`, `give ${allowed.join(', ')}`);
  }

  /** A text that has to be there. */
  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw this.fault(`needs "${name}"`, `give it as a text`);
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.fields[name];
    if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return value;
    throw this.fault(`cannot use "${name}"`, 'give a text that is not empty');
  }

  /** A list of at least `fewest` different texts. */
  texts(name: string, fewest: number): readonly string[] {
    const value = this.fields[name];
    const texts: readonly unknown[] = Array.isArray(value) ? value : [];
    const found = [...new Set(texts.filter(text => typeof text === 'string'))];
    if (texts.length !== found.length || found.length < fewest)
      throw this.fault(`cannot use "${name}"`, `give a list of ${fewest} or more different texts`);
    return found;
  }

  private fault(what: string, mend: string): UsageFault {
    return new UsageFault(`The tool ${this.tool} ${what}`, mend);
  }
}
