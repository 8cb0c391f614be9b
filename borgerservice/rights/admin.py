"""What administrators do when somebody asks what is held of them: the address and the menu."""

from borgerservice.admin import add_menu, add_pages
from borgerservice.rights import page

add_menu(page.MENU)
add_pages(page.PAGES)
