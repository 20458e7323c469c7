# libaccountstatus-testing: a server of its own for each test. Included by ../Makefile.
#
# It holds a copy of the client, of which nothing can be seen from outside: a test may link the client
# beside it, of any version.

TESTING_SONAME := libaccountstatus-testing.so.1
TESTING_MAP := testing/libaccountstatus-testing.map
TESTING_OURS := $(patsubst testing/src/%.c, $(BUILD)/testing/%.o, $(wildcard testing/src/*.c))
TESTING_OBJECTS := $(TESTING_OURS) $(BUILD)/CAccountStatusV1/testing_service.pb-c.o $(OBJECTS)

.PHONY: testing check-testing install-testing uninstall-testing

all: testing
check: check-testing
install: install-testing
uninstall: uninstall-testing

testing: $(BUILD)/libaccountstatus-testing.so $(BUILD)/libaccountstatus-testing.a

$(TESTING_OURS): STANDARD += $(STRICT) -Itesting/include -Isrc

$(BUILD)/testing/%.o: testing/src/%.c Makefile testing/testing.mk
	$(COMPILE)

$(BUILD)/$(TESTING_SONAME): $(TESTING_OBJECTS) $(TESTING_MAP)
	@$(CC) -shared -pthread $(CFLAGS) $(LDFLAGS) -Wl,-soname,$(TESTING_SONAME) \
	  -Wl,--version-script=$(TESTING_MAP) -Wl,--gc-sections -Wl,-z,defs -Wl,-z,relro,-z,now \
	  -o $@ $(TESTING_OBJECTS) $$(pkg-config --libs libprotobuf-c)

$(BUILD)/libaccountstatus-testing.so: $(BUILD)/$(TESTING_SONAME)
	@ln -sf $(TESTING_SONAME) $@

$(BUILD)/libaccountstatus-testing.a: $(TESTING_OBJECTS) $(TESTING_MAP)
	@sed -n 's/^  \(accountstatus_.*\);$$/\1/p' $(TESTING_MAP) >$(BUILD)/testing.exports
	@$(LD) -r -o $(BUILD)/testing.whole.o $(TESTING_OBJECTS)
	@objcopy --keep-global-symbols=$(BUILD)/testing.exports $(BUILD)/testing.whole.o
	@rm -f $@
	@$(AR) rcsD $@ $(BUILD)/testing.whole.o

# Made anew each time, as the client's.
.PHONY: $(BUILD)/accountstatus-testing.pc
$(BUILD)/accountstatus-testing.pc:
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	  -e 's|@VERSION@|$(VERSION)|' testing/accountstatus-testing.pc.in >$@

check-testing: all
	testing/check $(BUILD)

install-testing: testing $(BUILD)/accountstatus-testing.pc
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)
	install -m 644 testing/include/*.h $(DESTDIR)$(INCLUDEDIR)
	install -m 644 $(BUILD)/$(TESTING_SONAME) $(DESTDIR)$(LIBDIR)/libaccountstatus-testing.so.$(VERSION)
	ln -sf libaccountstatus-testing.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(TESTING_SONAME)
	ln -sf $(TESTING_SONAME) $(DESTDIR)$(LIBDIR)/libaccountstatus-testing.so
	install -m 644 $(BUILD)/libaccountstatus-testing.a $(DESTDIR)$(LIBDIR)
	install -m 644 $(BUILD)/accountstatus-testing.pc $(DESTDIR)$(LIBDIR)/pkgconfig

uninstall-testing:
	rm -f $(addprefix $(DESTDIR)$(INCLUDEDIR)/, $(notdir $(wildcard testing/include/*.h)))
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/, libaccountstatus-testing.so.$(VERSION) $(TESTING_SONAME) \
	  libaccountstatus-testing.so libaccountstatus-testing.a pkgconfig/accountstatus-testing.pc)

-include $(TESTING_OURS:.o=.d)
