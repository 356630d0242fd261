# Where git, man and the shells look for us. A directory other than these is passed as -D PAR_ZSH_DIR=...
# when configuring; `cmake --install <build> --prefix <dir>` moves everything.
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND EXISTS /etc/debian_version)
  set(zsh_dir zsh/vendor-completions)
else()
  set(zsh_dir zsh/site-functions)
endif()
set(PAR_ZSH_DIR "${CMAKE_INSTALL_DATADIR}/${zsh_dir}" CACHE STRING "Where the zsh completion is installed")

install(TARGETS git-par RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

foreach(section 1 5 7)
  file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/man/*.${section})
  if(pages)
    install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
  endif()
endforeach()

# par_completion(<file> <directory> <installed name>)
function(par_completion file directory name)
  set(source ${PROJECT_SOURCE_DIR}/completions/${file})
  if(EXISTS ${source})
    install(FILES ${source} DESTINATION ${directory} RENAME ${name})
  endif()
endfunction()

# bash-completion loads the file named like the command when git's completion asks for `_git_par`.
par_completion(git-par.bash ${CMAKE_INSTALL_DATADIR}/bash-completion/completions git-par)
par_completion(_git-par ${PAR_ZSH_DIR} _git-par)
par_completion(git-par.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d git-par.fish)
# fish before 3.6.1 does not hand `git par` to the completions of git-par by itself.
par_completion(git-par.conf.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_conf.d git-par.fish)

install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
