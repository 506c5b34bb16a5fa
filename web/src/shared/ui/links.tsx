import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink, Link } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react';
import { schemaName, shortName } from '~/shared/lib/format';

interface Named {
  namespace: string;
  name: string;
}

/** A dataset by its short name, the rest of the name in a quieter voice. */
export function DatasetLink({ namespace, name, children }: Named & { children?: ReactNode }) {
  return (
    <Link to="/dataset" search={{ namespace, name }} className="namelink">
      {children ?? <Name name={name} />}
    </Link>
  );
}

export function JobLink({ namespace, name }: Named) {
  return (
    <Link to="/job" search={{ namespace, name }} className="namelink">
      {name}
    </Link>
  );
}

export function Name({ name }: { name: string }) {
  const schema = schemaName(name);
  const separator = name.charAt(schema.length);
  return (
    <>
      {schema && (
        <span className="schema">
          {schema}
          {separator}
        </span>
      )}
      <span className="short">{shortName(name)}</span>
    </>
  );
}

type AnchorAttributes<Kit> = Kit &
  Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Kit> & { ref?: Ref<HTMLAnchorElement> };

/** The kit's button and anchor as links of the router, with its types. */
export const ButtonLink = createLink((props: AnchorAttributes<ButtonProps>) => <Button component="a" {...props} />);
export const AnchorLink = createLink((props: AnchorAttributes<AnchorProps>) => <Anchor component="a" {...props} />);
