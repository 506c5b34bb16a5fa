import { ActionIcon, Burger, Button, Kbd, Menu, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconKeyboard, IconLink, IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { Link, Outlet } from '@tanstack/react-router';
import { useState } from 'react';
import { Palette } from './Palette';
import { palette } from './paletteStore';
import { ShortcutHelp, useShortcuts } from './Shortcuts';
import { useScheme } from './scheme';

const NAV = [
  { to: '/search', label: 'Search' },
  { to: '/lineage', label: 'Lineage' },
  { to: '/runs', label: 'Runs' },
  { to: '/events', label: 'Events' },
  { to: '/graphql/ide', label: 'API' },
] as const;

/** The frame around every page: header, palette, shortcuts. */
export function Shell() {
  const [help, setHelp] = useState(false);
  useShortcuts(() => setHelp(true));
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="appheader">
        <Link to="/" className="brand" aria-label="Headwater, start page">
          <img src="/headwater.svg" alt="" width={24} height={24} />
          Headwater
        </Link>
        <SearchButton />
        <Navigation />
        <div style={{ flex: 1 }} />
        <Tools onHelp={() => setHelp(true)} />
      </header>
      <main id="main" className="appmain" tabIndex={-1}>
        <Outlet />
      </main>
      <Palette />
      <ShortcutHelp opened={help} onClose={() => setHelp(false)} />
    </>
  );
}

function SearchButton() {
  return (
    <Button
      variant="default"
      size="xs"
      onClick={palette.open}
      leftSection={<IconSearch size={14} />}
      rightSection={
        <Kbd size="xs" visibleFrom="sm">
          Ctrl K
        </Kbd>
      }
    >
      Find anything
    </Button>
  );
}

function Navigation() {
  return (
    <>
      <nav aria-label="Pages" className="appnav visible-wide">
        {NAV.map((n) => (
          <Link key={n.to} to={n.to}>
            {n.label}
          </Link>
        ))}
      </nav>
      <Menu withinPortal={false}>
        <Menu.Target>
          <Burger className="visible-narrow" size="sm" aria-label="Pages" />
        </Menu.Target>
        <Menu.Dropdown>
          {NAV.map((n) => (
            <Menu.Item key={n.to} component={Link} to={n.to}>
              {n.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function Tools({ onHelp }: { onHelp: () => void }) {
  const { dark, toggle } = useScheme();
  const scheme = dark ? 'Use light colours' : 'Use dark colours';
  const copy = async () => {
    await navigator.clipboard.writeText(location.href);
    notifications.show({ message: 'Link to this view copied' });
  };
  return (
    <>
      <Tooltip label="Copy link to this view">
        <ActionIcon variant="default" aria-label="Copy link to this view" onClick={copy}>
          <IconLink size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Keyboard shortcuts (?)">
        <ActionIcon variant="default" aria-label="Keyboard shortcuts" onClick={onHelp}>
          <IconKeyboard size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={scheme}>
        <ActionIcon variant="default" aria-label={scheme} onClick={toggle}>
          {dark ? <IconSun size={16} /> : <IconMoon size={16} />}
        </ActionIcon>
      </Tooltip>
    </>
  );
}
